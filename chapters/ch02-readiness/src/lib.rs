//! A dry cleaner's counter on sockets that never wait.
//!
//! [`net`] asks the kernel for sockets, one system call a method; a call that has nothing to give
//! yet says `WouldBlock`. [`poller`] asks the kernel which sockets have something to give, and is
//! the only place where the thread waits. [`shop`] is the counter: it keeps for each customer how
//! far it has got with them, and goes on whenever the poller says that it can.

pub mod net;
pub mod poller;
pub mod shop;
mod sys;
