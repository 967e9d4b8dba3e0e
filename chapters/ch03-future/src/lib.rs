//! A dry cleaner's counter made of futures, which one thread asks again and again.
//!
//! [`executor`] runs a future by polling it. The futures to begin with are small: [`ready`] tries a
//! call on a socket of [`net`] that never waits, [`timer`] looks at the clock, [`yield_now`] lets
//! others take a turn, [`oneshot`] looks whether a promise has been kept. [`shop`] is the counter,
//! an `async fn` for each thing that takes time. Nobody uses the [`poller`]: there is nobody yet
//! whom it could wake.

pub mod executor;
pub mod net;
pub mod oneshot;
pub mod poller;
pub mod ready;
pub mod shop;
mod sync;
mod sys;
pub mod timer;
pub mod yield_now;
