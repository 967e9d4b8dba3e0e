//! A dry cleaner's counter on an event loop that looks after tasks.
//!
//! A [`task`] is a future that its loop owns: it stands in line when it has been woken, and whoever
//! spawned it holds the slip for its output. The [`event_loop`] gives everybody in line a turn, and
//! waits for news in between: of sockets, which its `reactor` gets from the [`poller`]; of deadlines,
//! which its [`timer`]s keep by its [`clock`]; of other threads, which come in by the back door
//! (`outside`). What must not leave its thread stays at `home`. [`net`] has the sockets, for the
//! traits of `futures::io`. [`handle`] is for those who want to leave something with the loop.
//! [`shop`] is the counter.

pub mod both;
pub mod cancel;
pub mod clock;
pub mod event_loop;
pub mod handle;
mod home;
pub mod net;
pub mod oneshot;
mod outside;
pub mod poller;
mod reactor;
pub mod shop;
pub mod signal;
mod sync;
mod sys;
pub mod task;
pub mod timeout;
pub mod timer;
pub mod yield_now;
