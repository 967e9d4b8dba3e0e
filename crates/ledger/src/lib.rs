//! Records what a runtime does: who did what, to what, and from which line of source.
//!
//! A runtime speaks through `tracing`, in events of target `shop`. The message is the verb and
//! the fields are the objects:
//!
//! ```
//! let (_, ledger) = ledger::record(|| {
//!     tracing::trace!(target: "shop", fd = 7, "accept");
//!     let task = tracing::trace_span!(target: "shop", "task", id = 1);
//!     task.in_scope(|| tracing::trace!(target: "shop", fd = 7, line = "DROP silk shirt", "read"));
//! });
//!
//! assert_eq!(ledger.verbs(), ["accept", "read"]);
//! assert_eq!(
//!     format!("{ledger:#}"),
//!     "clerk   accept  fd 1\n\
//!      task 1  read    fd 1, \"DROP silk shirt\"\n",
//! );
//! ```
//!
//! Two runs that did the same things in the same order have the same ledger: it holds no clock
//! readings, no process numbers and no addresses, and descriptors are named in order of first
//! appearance ([`Recorder`] has the rules).
//!
//! How the data flows: `tracing` hands each event to the [`Recorder`]'s subscriber
//! (`subscriber.rs`), which asks who is at work (`spans.rs`), gives stable names (`names.rs`), and
//! puts an [`Entry`] where the ledger is kept (`keep.rs`): in memory, as text on stderr, or as
//! JSON in a file. [`Ledger`] is the recorded value that tests, drawings and diagnoses read, and
//! [`diagnose`] says of a program that hangs, spins or went wrong who waits for what.
//!
//! - A program writes `ledger::init();` first in its `main`: see [`init`].
//! - A test calls [`record`], or uses a [`Recorder`] when several threads are to be heard.

mod diagnose;
mod entry;
mod env;
mod json;
mod keep;
mod lane;
mod names;
mod record;
mod spans;
mod subscriber;
mod text;

pub use diagnose::{Diagnosis, Finding, Weight, diagnose};
pub use entry::{Entry, Ledger, Object, Place, Value};
pub use env::{CannotOpen, init, try_init};
pub use json::NotALedger;
pub use lane::Lane;
pub use record::{AlreadyInstalled, Recorder, compiled_in, record};
