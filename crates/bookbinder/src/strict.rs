//! Turns mdBook's warnings into errors.
//!
//! mdBook reports a good deal of what is wrong (unclosed markup, an unknown key of
//! `book.toml`) as a log event, and goes on. Here a subscriber collects these events
//! while a build runs, and any of them fails it.

use crate::Problem;
use anyhow::{Result, bail};
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Does `work`; gives its result and every warning and error that was logged meanwhile.
pub fn listen<T>(work: impl FnOnce() -> T) -> (T, Vec<Problem>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let result =
        tracing::subscriber::with_default(Listener { heard: heard.clone() }, work);
    let problems = std::mem::take(&mut *heard.lock().unwrap_or_else(|e| e.into_inner()));
    (result, problems)
}

/// Fails if warnings were compiled out of this program, as a feature of `tracing` can do.
pub fn can_hear() -> Result<()> {
    audible(STATIC_MAX_LEVEL)
}

fn audible(level: LevelFilter) -> Result<()> {
    if level < LevelFilter::WARN {
        bail!(
            "this program was built with mdBook's warnings compiled out (tracing's static level is `{level}`), \
             so a broken book would go unnoticed; build it alone, without --workspace and --release: \
             `cargo build -p bestiary`"
        );
    }
    Ok(())
}

struct Listener {
    heard: Arc<Mutex<Vec<Problem>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::WARN)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message(String::new());
        event.record(&mut message);
        let level = event.metadata().level().as_str().to_lowercase();
        let problem =
            Problem::in_file("book", format!("{level} from mdBook: {}", message.0));
        self.heard.lock().unwrap_or_else(|e| e.into_inner()).push(problem);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// An event's message, and what else it carries.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_errors_are_heard_and_nothing_less() {
        let (result, problems) = listen(|| {
            tracing::info!("fine");
            tracing::warn!("odd {}", 1);
            tracing::error!("bad");
            7
        });
        assert_eq!(result, 7);
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            ["book: warn from mdBook: odd 1", "book: error from mdBook: bad"]
        );
    }

    #[test]
    fn a_silenced_build_is_noticed() {
        assert!(audible(LevelFilter::OFF).is_err());
        assert!(audible(LevelFilter::ERROR).is_err());
        assert!(audible(LevelFilter::WARN).is_ok());
    }
}
