//! What can keep a rush from being measured. What goes wrong between a customer and a shop is no
//! error but a result: see [`Round`](crate::Round).

use std::{fmt, io, path::PathBuf};

/// Why there is no measurement.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The plan cannot be carried out.
    Plan(String),
    /// This machine does not let one process have so many customers.
    Limit(String),
    /// The shop's program cannot be started.
    NoProgram {
        /// The shop's name.
        shop: String,
        /// Its program.
        program: PathBuf,
        /// Why not.
        why: io::Error,
    },
    /// The shop did not say `open on ADDR`.
    DidNotOpen {
        /// The shop's name.
        shop: String,
        /// What it did instead.
        why: String,
    },
    /// The customers themselves failed: a system call of ours that should not.
    Customers(&'static str, io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Plan(why) | Error::Limit(why) => f.write_str(why),
            Error::NoProgram { shop, program, why } => {
                write!(f, "{shop}: cannot start {}: {why}", program.display())?;
                if why.kind() == io::ErrorKind::NotFound {
                    f.write_str("; build it first")?;
                }
                Ok(())
            }
            Error::DidNotOpen { shop, why } => write!(f, "{shop} did not open: {why}"),
            Error::Customers(what, why) => {
                write!(f, "the customers could not {what}: {why}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::NoProgram { why, .. } | Error::Customers(_, why) => Some(why),
            Error::Plan(_) | Error::Limit(_) | Error::DidNotOpen { .. } => None,
        }
    }
}
