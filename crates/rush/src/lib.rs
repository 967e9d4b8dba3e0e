//! The customers: drives any chapter's shop over TCP and measures what it costs to serve them.
//!
//! ```no_run
//! use rush::{Plan, Shop};
//!
//! let shops = [
//!     Shop::new("one clerk", "target/release/ch01-blocking"),
//!     Shop::new("a thread each", "target/release/ch01-blocking").arg("--thread-per-customer"),
//! ];
//! let plan = Plan { customers: 500, ..Plan::default() };
//! let outcome = rush::run(&plan, &shops, |progress| eprintln!("{progress}"))?;
//! println!("{}\n{}", outcome.table(), outcome.bars(40));
//! # Ok::<(), rush::Error>(())
//! ```
//!
//! Each shop is a program: `rush` starts it on a free loopback port, waits for its `open on …`,
//! sends the customers, reads from the kernel what the process used, and kills it. The shops take
//! turns, round by round, so that what else the machine does meanwhile falls on all of them alike.
//!
//! How it fits together: [`run`] (`run.rs`) opens each shop (`process.rs`) and lets in a crowd
//! (`crowd.rs`), one non-blocking loop for all customers; one customer's conversation is a state
//! machine (`visit.rs`). What the kernel tells about a process is read in `usage.rs`, system calls
//! are counted by strace in `strace.rs`. An [`Outcome`] (`outcome.rs`) prints as a table and bars
//! (`text.rs`), as JSON, as a drawing (`chart.rs`), and as a figure for a page (`html.rs`).

mod chart;
mod crowd;
mod error;
mod html;
mod limits;
mod metric;
mod outcome;
mod plan;
mod process;
mod run;
mod strace;
mod text;
mod usage;
mod visit;

pub use error::Error;
pub use metric::{Figure, METRICS, Metric, Unit};
pub use outcome::{Machine, Outcome, Round, ShopOutcome, SystemCalls};
pub use plan::{Pace, Plan, Shop};
pub use run::{Doing, Progress, run};
