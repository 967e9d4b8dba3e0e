//! A dry cleaner's counter on an event loop: one thread, which waits only when nothing can go on.
//!
//! [`event_loop`] runs what is ready, turn by turn, and waits for news in between: of sockets, which
//! its `reactor` gets from the [`poller`]; of deadlines, which its [`timer`]s keep by its [`clock`];
//! of other threads, which come in by the back door (`outside`). Each piece of news is a waker that
//! is called, and a waker that is called puts its future in line. [`net`] has the sockets, for the
//! traits of `futures::io`. [`handle`] is for those who want to leave a call with the loop.
//! [`shop`] is the counter.

pub mod both;
pub mod clock;
pub mod event_loop;
pub mod handle;
pub mod net;
pub mod oneshot;
mod outside;
pub mod poller;
mod reactor;
pub mod shop;
mod sync;
mod sys;
pub mod timer;
pub mod yield_now;
