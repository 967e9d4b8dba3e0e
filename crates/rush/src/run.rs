//! Rounds: every shop in turn, again and again.

use std::{fmt, time::Duration};

use crate::{
    Error, Machine, Outcome, Plan, Round, Shop, ShopOutcome, crowd,
    limits::allow_customers, process::OpenShop, strace, usage::Peak,
};

/// How long a shop that fails its customers is given to turn out to be dying.
const DYING: Duration = Duration::from_millis(500);

/// How far a rush has come. Its `Display` is a line for people.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// The shop that is open.
    pub shop: &'a str,
    /// What is being done.
    pub doing: Doing,
    /// Customers who have left, served or not.
    pub gone: usize,
    /// Customers in all.
    pub customers: usize,
}

/// What a rush does at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It measures a round.
    Round {
        /// Which one, from 1.
        round: usize,
        /// How many there are.
        of: usize,
    },
    /// It counts system calls.
    Counting,
}

/// Sends the plan's customers to each shop in turn, for as many rounds as the plan has, and
/// measures. Calls `progress` up to a hundred times a second.
///
/// It blocks this thread for the length of the rush, which is bounded: a round of a shop takes at
/// most the last customer's arrival and patience, and ten seconds to open. Raises this process's
/// soft limit on descriptors where needed. Whatever happens, no shop's process is left behind.
///
/// # Errors
///
/// When a plan cannot be carried out here, or a shop does not open. A shop that fails its customers
/// or falls over on the way is no error: the [`Round`] says so.
pub fn run(
    plan: &Plan,
    shops: &[Shop],
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Outcome, Error> {
    plan.check()?;
    allow_customers(plan.customers)?;
    let mut outcome = Outcome {
        plan: *plan,
        machine: Machine::this(),
        shops: shops.iter().map(nothing_yet).collect(),
        notes: Vec::new(),
    };
    for round in 1..=plan.rounds {
        for (shop, measured) in shops.iter().zip(&mut outcome.shops) {
            let doing = Doing::Round { round, of: plan.rounds };
            let customers = plan.customers;
            let tell =
                |gone| progress(Progress { shop: &shop.name, doing, gone, customers });
            measured.rounds.push(measure(plan, shop, tell)?);
        }
    }
    if plan.count_system_calls {
        match strace::is_usable() {
            Ok(()) => count_calls(plan, shops, &mut outcome, progress),
            Err(why) => outcome.notes.push(why),
        }
    }
    Ok(outcome)
}

/// One round of one shop.
fn measure(
    plan: &Plan,
    shop: &Shop,
    mut tell: impl FnMut(usize),
) -> Result<Round, Error> {
    let mut open = OpenShop::open(shop, plan.clean)?;
    let pid = open.process().id();
    let mut empty = Peak::default();
    empty.sample(pid);
    let mut peak = Peak::default();
    let fared = crowd::send(open.addr, plan, |fared| {
        peak.sample(pid);
        tell(fared.gone());
    })?;
    let ended = |why| Error::Customers("wait for the shop to end", why);
    // The connections of a process that dies break a moment before it is gone.
    let patience = if fared.failed > 0 { DYING } else { Duration::ZERO };
    let (spent, fell_over) = match open.process().fell_over(patience).map_err(ended)? {
        Some((spent, how)) => (spent, Some(how)),
        None => (open.process().end().map_err(ended)?, None),
    };
    Ok(Round::new(fared, empty, peak, spent, fell_over))
}

/// Counts each shop's system calls. A shop that cannot be traced gets a note in place of a count:
/// the rounds have been measured, and are worth more.
fn count_calls(
    plan: &Plan,
    shops: &[Shop],
    outcome: &mut Outcome,
    mut progress: impl FnMut(Progress<'_>),
) {
    let plan = strace::part(plan);
    for (shop, measured) in shops.iter().zip(&mut outcome.shops) {
        let (doing, customers) = (Doing::Counting, plan.customers);
        let counted = strace::count(&plan, shop, |fared| {
            progress(Progress { shop: &shop.name, doing, gone: fared.gone(), customers });
        });
        match counted {
            Ok(calls) => measured.system_calls = calls,
            Err(why) => {
                let note = format!("{}: system calls were not counted: {why}", shop.name);
                outcome.notes.push(note);
            }
        }
    }
}

fn nothing_yet(shop: &Shop) -> ShopOutcome {
    ShopOutcome {
        name: shop.name.clone(),
        lines: shop.lines,
        rounds: Vec::new(),
        system_calls: None,
    }
}

impl fmt::Display for Progress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.doing {
            Doing::Round { round, of } => {
                write!(f, "round {round} of {of}, {}", self.shop)?
            }
            Doing::Counting => write!(f, "counting system calls, {}", self.shop)?,
        }
        write!(f, ": {} of {} customers", self.gone, self.customers)
    }
}
