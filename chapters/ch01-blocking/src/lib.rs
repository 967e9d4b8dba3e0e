//! A dry cleaner's counter on sockets that wait.
//!
//! [`net`] asks the kernel for sockets, one system call a method. [`shop`] is the counter: it reads
//! lines from a customer, keeps garments on a rack, and answers. A call that has nothing to give
//! yet blocks, and the thread that made it does nothing else meanwhile.

pub mod net;
pub mod shop;
mod sys;
