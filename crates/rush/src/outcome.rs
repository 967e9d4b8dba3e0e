//! What a rush measured.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Plan, crowd::Fared, metric::percentile, usage::Peak, usage::Spent};

/// What a rush measured, for all shops.
///
/// It prints as a [`table`](Outcome::table) and [`bars`](Outcome::bars), draws itself as
/// [`svg`](Outcome::svg), and is stored as [`to_json`](Outcome::to_json).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What the customers did.
    pub plan: Plan,
    /// Where.
    pub machine: Machine,
    /// The shops, in the order in which they were given.
    pub shops: Vec<ShopOutcome>,
    /// What could not be measured here, and how it could.
    pub notes: Vec<String>,
}

/// The machine of a measurement, as far as figures depend on it. Customers and shop share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The operating system: `linux`, `macos`.
    pub os: String,
    /// The processor's kind: `x86_64`, `aarch64`.
    pub arch: String,
    /// How many cores there are.
    pub cores: usize,
}

/// What was measured for one shop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShopOutcome {
    /// The shop's name.
    pub name: String,
    /// How many lines of code it has, if that was said.
    #[serde(default)]
    pub lines: Option<usize>,
    /// Its rounds.
    pub rounds: Vec<Round>,
    /// Its system calls, counted in a run of their own.
    pub system_calls: Option<SystemCalls>,
}

/// One round: one opening of a shop, and all customers of the plan.
///
/// What the process used is counted from its start to its end, so opening the shop is included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Customers who dropped a garment, got it back clean and parted with BYE on both sides.
    pub served: usize,
    /// Customers who left because their patience had ended.
    pub lost: usize,
    /// Customers whom the shop refused, gave a wrong answer, or left without BYE.
    pub failed: usize,
    /// What happened to the first of the failed.
    pub first_failure: Option<String>,
    /// How the shop's process ended, if it did so before it was asked to.
    pub fell_over: Option<String>,
    /// From a served customer's first step (connect) to the garment in hand (READY): the median.
    pub wait_median_ms: Option<f64>,
    /// The same, the 99th percentile.
    pub wait_p99_ms: Option<f64>,
    /// From the first customer's coming to the last one's leaving.
    pub took_ms: f64,
    /// The most threads seen at once (sampled, a hundred times a second). Linux only.
    pub threads: Option<u64>,
    /// The most memory in physical pages.
    pub memory_kib: Option<u64>,
    /// The same, before the first customer came. Linux only.
    #[serde(default)]
    pub empty_kib: Option<u64>,
    /// Processor time, in user and kernel mode, of all threads.
    pub cpu_ms: f64,
    /// How often a thread gave up its core, to wait for something.
    pub voluntary_switches: u64,
    /// How often a thread was sent off its core.
    pub involuntary_switches: u64,
}

/// System calls, counted by strace in a run with fewer and more patient customers, because strace
/// makes them slow. The calls of a shop without customers are taken off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SystemCalls {
    /// How many customers were served while strace counted.
    pub customers: usize,
    /// Calls for each of them.
    pub per_customer: f64,
    /// The same by the calls' names, the most frequent first.
    pub by_name: Vec<(String, f64)>,
}

impl Outcome {
    /// This outcome as JSON, for the book and for [`from_json`](Outcome::from_json).
    pub fn to_json(&self) -> String {
        let json = serde_json::to_string_pretty(self);
        json.expect("an outcome is numbers and strings, which JSON can hold") + "\n"
    }

    /// Reads what [`to_json`](Outcome::to_json) wrote.
    ///
    /// # Errors
    ///
    /// If it is something else.
    pub fn from_json(json: &str) -> Result<Outcome, serde_json::Error> {
        serde_json::from_str(json)
    }
}

impl Machine {
    pub(crate) fn this() -> Machine {
        Machine {
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Machine { os, arch, cores } = self;
        let cores =
            if *cores == 1 { "one core".to_owned() } else { format!("{cores} cores") };
        write!(f, "{os} {arch}, {cores}, which the customers share with the shop")
    }
}

impl Round {
    pub(crate) fn new(
        fared: Fared,
        empty: Peak,
        peak: Peak,
        spent: Spent,
        fell_over: Option<String>,
    ) -> Round {
        let mut waits = fared.waits;
        waits.sort_unstable();
        let wait = |share| percentile(&waits, share).map(milliseconds);
        Round {
            served: waits.len(),
            lost: fared.lost,
            failed: fared.failed,
            first_failure: fared.first_failure,
            fell_over,
            wait_median_ms: wait(0.5),
            wait_p99_ms: wait(0.99),
            took_ms: milliseconds(fared.took),
            threads: peak.threads,
            memory_kib: peak.memory_kib.or(spent.memory_kib),
            empty_kib: empty.memory_kib,
            cpu_ms: milliseconds(spent.cpu),
            voluntary_switches: spent.voluntary_switches,
            involuntary_switches: spent.involuntary_switches,
        }
    }

    /// Bytes for each customer, beyond those of an empty shop.
    pub(crate) fn memory_each(&self) -> Option<f64> {
        let customers = self.served + self.lost + self.failed;
        let more = self.memory_kib?.checked_sub(self.empty_kib?)?;
        (customers > 0).then(|| more as f64 * 1024.0 / customers as f64)
    }
}

/// To the microsecond, which is more than is repeatable.
fn milliseconds(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two shops, two rounds, no one's real figures.
    pub(crate) fn example() -> Outcome {
        let round = |served, wait: f64, threads| Round {
            served,
            lost: 200 - served,
            failed: 0,
            first_failure: None,
            fell_over: None,
            wait_median_ms: (served > 0).then_some(wait),
            wait_p99_ms: (served > 0).then_some(wait * 2.0),
            took_ms: 2000.0,
            threads: Some(threads),
            memory_kib: Some(1500 + 30 * threads),
            empty_kib: Some(1500),
            cpu_ms: 12.5,
            voluntary_switches: 400,
            involuntary_switches: 7,
        };
        let mut broken = round(0, 0.0, 1);
        broken.fell_over =
            Some("it ended (exit status: 101): <panic> & \"more\"".to_owned());
        let by_name = vec![("read".to_owned(), 6.0), ("write".to_owned(), 4.25)];
        Outcome {
            plan: Plan { rounds: 2, ..Plan::default() },
            machine: Machine {
                os: "linux".to_owned(),
                arch: "x86_64".to_owned(),
                cores: 2,
            },
            shops: vec![
                ShopOutcome {
                    name: "one clerk".to_owned(),
                    lines: None,
                    rounds: vec![round(39, 1020.0, 1), round(38, 1004.0, 1)],
                    system_calls: Some(SystemCalls {
                        customers: 50,
                        per_customer: 10.25,
                        by_name,
                    }),
                },
                ShopOutcome {
                    name: "a thread each".to_owned(),
                    lines: None,
                    rounds: vec![round(200, 61.0, 201), round(200, 64.4, 197)],
                    system_calls: None,
                },
                ShopOutcome {
                    name: "broken".to_owned(),
                    lines: None,
                    rounds: vec![broken],
                    system_calls: None,
                },
            ],
            notes: vec!["system calls were not counted: an example".to_owned()],
        }
    }

    #[test]
    fn a_customers_memory_is_what_an_empty_shop_has_not() {
        let mut round = example().shops[1].rounds[0].clone();
        assert_eq!(round.memory_each(), Some(201.0 * 30.0 * 1024.0 / 200.0));
        round.empty_kib = None;
        assert_eq!(round.memory_each(), None);
    }

    #[test]
    fn an_outcome_survives_json() {
        let outcome = example();
        assert_eq!(Outcome::from_json(&outcome.to_json()).unwrap(), outcome);
    }
}
