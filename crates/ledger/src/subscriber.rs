//! Turns what `tracing` reports into entries.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, ThreadId},
};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::Interest,
};

use crate::{Entry, Object, Place, Value, keep::Keep, names::Names, spans::Spans};

/// Everything a recording knows, behind one lock: the lock's order is the ledger's order.
#[derive(Debug)]
pub(crate) struct Book {
    pub(crate) keep: Keep,
    pub(crate) spans: Spans,
    names: Names,
    written: u64,
    /// The thread that opened the book. The main thread or a test's thread, it is the clerk.
    home: ThreadId,
}

/// The book, shared by the subscriber and the handles of its recorder.
#[derive(Clone, Debug)]
pub(crate) struct SharedBook(Arc<Mutex<Book>>);

/// The fields of an event or a span, read before the book is locked: their values print
/// themselves, and what they do meanwhile (log, say) must find the book free.
#[derive(Default)]
struct Fields {
    verb: Option<String>,
    objects: Vec<(&'static str, Value)>,
}

impl Book {
    fn write(&mut self, fields: Fields, metadata: &'static Metadata<'static>) {
        let verb = fields.verb.unwrap_or_else(|| "(no verb)".to_owned());
        let objects: Vec<Object> = fields
            .objects
            .into_iter()
            .map(|(kind, value)| Object {
                kind: kind.to_owned(),
                value: self.names.name(kind, value),
            })
            .collect();
        if verb == "close" {
            let closed = objects.iter().filter(|object| object.kind == "fd");
            closed.for_each(|fd| self.names.retire(&fd.value));
        }
        self.written += 1;
        self.keep.put(Entry {
            n: self.written,
            actor: self.actor(),
            verb,
            objects,
            at: Place::new(metadata.file(), metadata.line()),
        });
    }

    fn actor(&self) -> String {
        if let Some(actor) = self.spans.actor() {
            return actor.to_owned();
        }
        let thread = thread::current();
        match thread.name() {
            Some(name) if thread.id() != self.home && name != "main" => name.to_owned(),
            _ => "clerk".to_owned(),
        }
    }

    /// The part of an actor's name that a span's fields make: ` 3` of `task 3`.
    fn actor_suffix(&mut self, fields: Fields) -> String {
        let mut suffix = String::new();
        for (kind, value) in fields.objects {
            let _ = write!(suffix, " {}", self.names.name(kind, value));
        }
        suffix
    }
}

impl SharedBook {
    pub(crate) fn new(keep: Keep) -> SharedBook {
        SharedBook(Arc::new(Mutex::new(Book {
            keep,
            spans: Spans::default(),
            names: Names::default(),
            written: 0,
            home: thread::current().id(),
        })))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Book> {
        // A thread that panicked with the book open left at worst one entry out.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_ours(metadata: &Metadata<'_>) -> bool {
    metadata.target() == "shop"
}

impl Subscriber for SharedBook {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_ours(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        is_ours(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::TRACE)
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.lock().write(fields, event.metadata());
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let mut book = self.lock();
        let actor = attributes.metadata().name().to_owned() + &book.actor_suffix(fields);
        book.spans.open(actor)
    }

    fn record(&self, id: &span::Id, values: &span::Record<'_>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let mut book = self.lock();
        let suffix = book.actor_suffix(fields);
        book.spans.extend_actor(id, &suffix);
    }

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, id: &span::Id) {
        self.lock().spans.enter(id);
    }

    fn exit(&self, id: &span::Id) {
        self.lock().spans.exit(id);
    }

    fn clone_span(&self, id: &span::Id) -> span::Id {
        self.lock().spans.clone_handle(id);
        id.clone()
    }

    fn try_close(&self, id: span::Id) -> bool {
        self.lock().spans.drop_handle(&id)
    }
}

impl Fields {
    fn put(&mut self, field: &Field, value: Value) {
        self.objects.push((field.name(), value));
    }
}

impl Visit for Fields {
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, Value::Flag(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Value::Number(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        match i64::try_from(value) {
            Ok(number) => self.put(field, Value::Number(number)),
            Err(_) => self.record_debug(field, &value),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.verb = Some(value.to_owned());
        } else {
            self.put(field, value.into());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let word = format!("{value:?}");
        if field.name() == "message" {
            self.verb = Some(word);
        } else {
            self.put(field, Value::Word { word });
        }
    }
}
