//! Who is at work on which thread.

use std::{
    collections::HashMap,
    thread::{self, ThreadId},
};

use tracing::span;

/// The open spans, and which of them each thread has entered.
///
/// An executor enters a task's span for each poll, on whichever thread polls it, and may leave
/// several in any order.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    opened: u64,
    open: HashMap<u64, Span>,
    entered: HashMap<ThreadId, Vec<u64>>,
}

#[derive(Debug)]
struct Span {
    actor: String,
    handles: usize,
}

impl Spans {
    pub(crate) fn open(&mut self, actor: String) -> span::Id {
        // Never given twice, so an id that outlives its span names nobody rather than somebody else.
        self.opened += 1;
        let span = Span { actor, handles: 1 };
        self.open.insert(self.opened, span);
        span::Id::from_u64(self.opened)
    }

    pub(crate) fn clone_handle(&mut self, id: &span::Id) {
        if let Some(span) = self.open.get_mut(&id.into_u64()) {
            span.handles += 1;
        }
    }

    /// Drops a handle; says whether it was the last one.
    pub(crate) fn drop_handle(&mut self, id: &span::Id) -> bool {
        let id = id.into_u64();
        let Some(span) = self.open.get_mut(&id) else {
            return false;
        };
        span.handles -= 1;
        if span.handles > 0 {
            return false;
        }
        self.open.remove(&id);
        self.entered.retain(|_, stack| {
            stack.retain(|entered| *entered != id);
            !stack.is_empty()
        });
        true
    }

    pub(crate) fn enter(&mut self, id: &span::Id) {
        let stack = self.entered.entry(thread::current().id()).or_default();
        stack.push(id.into_u64());
    }

    pub(crate) fn exit(&mut self, id: &span::Id) {
        let thread = thread::current().id();
        let Some(stack) = self.entered.get_mut(&thread) else {
            return;
        };
        // The innermost entry of this span, which need not be the innermost of all.
        if let Some(at) = stack.iter().rposition(|entered| *entered == id.into_u64()) {
            stack.remove(at);
        }
        if stack.is_empty() {
            self.entered.remove(&thread);
        }
    }

    /// Adds to the name of a span's actor a value that was recorded late.
    pub(crate) fn extend_actor(&mut self, id: &span::Id, more: &str) {
        if let Some(span) = self.open.get_mut(&id.into_u64()) {
            span.actor.push_str(more);
        }
    }

    /// The actor of the innermost span that this thread has entered.
    pub(crate) fn actor(&self) -> Option<&str> {
        let innermost = self.entered.get(&thread::current().id())?.last()?;
        Some(&self.open.get(innermost)?.actor)
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.entered.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Spans;

    #[test]
    fn a_span_is_forgotten_with_its_last_handle() {
        let mut spans = Spans::default();
        let task = spans.open("task 1".to_owned());
        spans.clone_handle(&task);
        spans.enter(&task);
        assert!(!spans.drop_handle(&task));
        assert_eq!(spans.actor(), Some("task 1"));
        assert!(spans.drop_handle(&task));
        assert_eq!(spans.actor(), None);
        assert!(spans.is_empty());

        assert!(!spans.drop_handle(&task), "a handle too many");
        spans.exit(&task);
        assert!(spans.is_empty());
    }
}
