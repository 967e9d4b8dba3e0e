//! Stable names for things that the kernel numbers as it likes.

use std::collections::HashMap;

use crate::Value;

/// The kinds whose values differ from run to run.
const RENAMED: [&str; 4] = ["fd", "thread", "addr", "port"];

/// Gives each descriptor, thread, address and port a number in order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct Names {
    kinds: HashMap<&'static str, Kind>,
}

#[derive(Debug, Default)]
struct Kind {
    given: i64,
    names: HashMap<String, i64>,
}

impl Names {
    /// The stable name of a value: the value itself, unless its kind is a renamed one.
    pub(crate) fn name(&mut self, kind: &'static str, value: Value) -> Value {
        // A negative descriptor is a failure, not a descriptor.
        if !RENAMED.contains(&kind) || matches!(value, Value::Number(..0)) {
            return value;
        }
        let kind = self.kinds.entry(kind).or_default();
        let name = *kind.names.entry(value.to_string()).or_insert_with(|| {
            kind.given += 1;
            kind.given
        });
        Value::Number(name)
    }

    /// Forgets a descriptor that is being closed: when the kernel hands its number out again, that
    /// is another descriptor, with a name of its own.
    pub(crate) fn retire(&mut self, fd: &Value) {
        if let (Some(kind), Value::Number(name)) = (self.kinds.get_mut("fd"), fd) {
            kind.names.retain(|_, given| given != name);
        }
    }
}
