//! Who comes, how fast, and to which shops.

use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::Error;

/// What the customers do; the same for every shop.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// How many come, in each round: 1 to [`Plan::MOST_CUSTOMERS`].
    pub customers: usize,
    /// How fast they come.
    pub pace: Pace,
    /// How long each waits, from the door to goodbye, before leaving without their garment.
    #[serde(rename = "patience_ms", with = "milliseconds")]
    pub patience: Duration,
    /// How long a garment takes to clean: the shop's `--clean-ms`.
    #[serde(rename = "clean_ms", with = "milliseconds")]
    pub clean: Duration,
    /// How often each shop is measured: 1 to [`Plan::MOST_ROUNDS`].
    pub rounds: usize,
    /// Whether to run each shop once more, under strace, to count its system calls.
    pub count_system_calls: bool,
}

/// How fast the customers come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// All are at the door when it opens.
    AllAtOnce,
    /// So many each second, evenly.
    PerSecond(u32),
}

/// A shop to send customers to: a program and its arguments.
#[derive(Clone, Debug)]
pub struct Shop {
    pub(crate) name: String,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) lines: Option<usize>,
}

impl Plan {
    /// The most customers a plan may have; a descriptor each, in both processes.
    pub const MOST_CUSTOMERS: usize = 10_000;
    /// The most rounds a plan may have.
    pub const MOST_ROUNDS: usize = 100;
    /// The longest that a round may take.
    pub const LONGEST_ROUND: Duration = Duration::from_secs(600);

    /// When customer `n` (from 0) comes, counted from the first one.
    pub(crate) fn arrival(&self, n: usize) -> Duration {
        match self.pace {
            Pace::AllAtOnce => Duration::ZERO,
            Pace::PerSecond(pace) => Duration::from_secs_f64(n as f64 / f64::from(pace)),
        }
    }

    /// Whether this plan can be carried out, in bounded time.
    ///
    /// # Errors
    ///
    /// A sentence about the first number that is out of bounds.
    pub fn check(&self) -> Result<(), Error> {
        let no = |why: String| Err(Error::Plan(why));
        if !(1..=Plan::MOST_CUSTOMERS).contains(&self.customers) {
            let most = Plan::MOST_CUSTOMERS;
            return no(format!("{} customers: give 1 to {most}", self.customers));
        }
        if !(1..=Plan::MOST_ROUNDS).contains(&self.rounds) {
            let most = Plan::MOST_ROUNDS;
            return no(format!("{} rounds: give 1 to {most}", self.rounds));
        }
        if self.pace == Pace::PerSecond(0) {
            return no("0 customers a second never come: give at least 1".to_owned());
        }
        if self.patience <= self.clean {
            return no(format!(
                "a patience of {} ms ends before a garment is clean ({} ms), so nobody could be served",
                self.patience.as_millis(),
                self.clean.as_millis()
            ));
        }
        let longest = self.arrival(self.customers).saturating_add(self.patience);
        if longest > Plan::LONGEST_ROUND {
            return no(format!(
                "a round would take up to {} s, and {} s is the most: \
                 send fewer customers, or faster, or less patient ones",
                longest.as_secs(),
                Plan::LONGEST_ROUND.as_secs()
            ));
        }
        Ok(())
    }
}

impl Default for Plan {
    /// 200 customers at once with two seconds of patience, three rounds.
    fn default() -> Plan {
        Plan {
            customers: 200,
            pace: Pace::AllAtOnce,
            patience: Duration::from_secs(2),
            clean: Duration::from_millis(50),
            rounds: 3,
            count_system_calls: true,
        }
    }
}

impl Shop {
    /// A shop that `program` opens, called `name` in tables.
    ///
    /// The program is given `--addr` and `--clean-ms` after its own arguments, and prints
    /// `open on ADDR` when it is ready.
    pub fn new(name: impl Into<String>, program: impl AsRef<Path>) -> Shop {
        let program = program.as_ref().to_owned();
        Shop { name: name.into(), program, args: Vec::new(), lines: None }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Shop {
        self.args.push(arg.into());
        self
    }

    /// Says how many lines of code the shop has, for the table.
    pub fn lines(mut self, lines: usize) -> Shop {
        self.lines = Some(lines);
        self
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} customers, {}; patience {} ms, cleaning {} ms; {} round{}",
            self.customers,
            self.pace,
            self.patience.as_millis(),
            self.clean.as_millis(),
            self.rounds,
            if self.rounds == 1 { "" } else { "s, medians" }
        )
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pace::AllAtOnce => f.write_str("all at once"),
            Pace::PerSecond(pace) => write!(f, "{pace} a second"),
        }
    }
}

/// A duration as a whole number of milliseconds.
mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(duration.as_millis().try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_that_would_not_end_is_refused_with_a_remedy() {
        let refusal = |plan: Plan| plan.check().unwrap_err().to_string();
        let plan = Plan::default();
        assert!(plan.check().is_ok());
        assert_eq!(
            refusal(Plan { customers: 0, ..plan }),
            "0 customers: give 1 to 10000"
        );
        assert_eq!(refusal(Plan { rounds: 101, ..plan }), "101 rounds: give 1 to 100");
        let never = Plan { pace: Pace::PerSecond(0), ..plan };
        assert!(refusal(never).contains("give at least 1"));
        let slow = Plan { pace: Pace::PerSecond(1), customers: 1000, ..plan };
        assert!(refusal(slow).starts_with("a round would take up to 1002 s"));
        let patience = Plan { patience: Duration::MAX, ..plan };
        assert!(refusal(patience).starts_with("a round would take"));
        let hurried = Plan { patience: plan.clean, ..plan };
        assert!(refusal(hurried).contains("nobody could be served"));
    }

    #[test]
    fn customers_come_evenly() {
        let plan = Plan { pace: Pace::PerSecond(4), ..Plan::default() };
        let arrivals = [0, 1, 2, 4].map(|n| plan.arrival(n).as_millis());
        assert_eq!(arrivals, [0, 250, 500, 1000]);
    }
}
