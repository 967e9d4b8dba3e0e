//! What the command line and the tests share: running the chapters' programs
//! again, and saying what they print in a form that is the same on every machine.
//!
//! A page says `{{#output three_calls}}`. [`outputs`] reads all such wishes from a
//! chapter, [`programs`] builds what they name, [`child`] runs it under a watchdog,
//! [`normal`] and [`strace`] put aside what differs between two runs, and the
//! result is either stored (`cargo bestiary record`) or compared (the tests).

pub mod breaks;
pub mod child;
pub mod crate_copy;
pub mod exercises;
pub mod grading;
pub mod near;
pub mod normal;
pub mod outputs;
pub mod patch;
pub mod programs;
pub mod scratch;
pub mod strace;
pub mod traces;
pub mod typed_along;
pub mod watch;
