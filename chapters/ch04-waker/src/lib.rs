//! A dry cleaner's counter made of futures, which one thread asks when it has been woken.
//!
//! [`executor`] polls a future and sleeps until its [`waker`] is called, which unparks the thread
//! through a [`parker`]. Who calls it: a thread of [`timer`] when a deadline is over, another thread
//! that keeps a promise of [`oneshot`], the future itself when it will [`yield_now`]. [`both`] makes
//! one future of two. [`ready`] has nobody to wake it when a socket of [`net`] is, and naps.
//! [`shop`] is the counter. Nobody uses the [`poller`] yet.

pub mod both;
pub mod executor;
pub mod net;
pub mod oneshot;
pub mod parker;
pub mod poller;
pub mod ready;
pub mod shop;
mod sync;
mod sys;
pub mod timer;
pub mod waker;
pub mod yield_now;
