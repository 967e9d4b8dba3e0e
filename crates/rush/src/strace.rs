//! System calls, counted by strace.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, OpenOptions},
    io,
    path::PathBuf,
    process::{self, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use crate::{Error, Plan, Shop, SystemCalls, crowd, crowd::Fared, process::OpenShop};

/// strace stops the shop at each call: fewer customers, with more patience.
const MOST_CUSTOMERS: usize = 50;
const LEAST_PATIENCE: Duration = Duration::from_secs(30);
/// How long strace may take to write its counts once the shop has ended.
const SUMMING_UP: Duration = Duration::from_secs(5);

/// How often each system call was made, by name.
type Counts = BTreeMap<String, u64>;

/// The part of a plan that strace is put through.
pub(crate) fn part(plan: &Plan) -> Plan {
    Plan {
        customers: plan.customers.min(MOST_CUSTOMERS),
        patience: plan.patience.max(LEAST_PATIENCE),
        ..*plan
    }
}

/// Whether strace can trace on this machine; if not, why and what to do.
pub(crate) fn is_usable() -> Result<(), String> {
    let not_counted = |why: &str| format!("system calls were not counted: {why}");
    if !cfg!(target_os = "linux") {
        return Err(not_counted("strace is a Linux tool"));
    }
    let tried = Command::new("strace")
        .args(["-f", "-c", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .output();
    match tried {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let words = String::from_utf8_lossy(&output.stderr);
            let words = words.lines().next().unwrap_or("no reason given");
            Err(not_counted(&format!("strace may not trace here ({words})")))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => {
            Err(not_counted("there is no strace here; install it to have them"))
        }
        Err(why) => Err(not_counted(&format!("strace does not start ({why})"))),
    }
}

/// Counts a shop's calls with the plan's customers, less those of a shop that nobody visits.
///
/// `None` if nobody was served.
pub(crate) fn count(
    plan: &Plan,
    shop: &Shop,
    look: impl FnMut(&Fared),
) -> Result<Option<SystemCalls>, Error> {
    let mut served = 0;
    let alone = counts(shop, plan, |_| Ok(()))?;
    let visited = counts(shop, plan, |open| {
        served = crowd::send(open.addr, plan, look)?.waits.len();
        Ok(())
    })?;
    if served == 0 {
        return Ok(None);
    }
    let more = |(name, count): (String, u64)| {
        let at_rest = alone.get(&name).copied().unwrap_or(0);
        (name, hundredths(count.saturating_sub(at_rest) as f64 / served as f64))
    };
    let mut by_name: Vec<_> =
        visited.into_iter().map(more).filter(|(_, n)| *n > 0.0).collect();
    by_name.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let per_customer = hundredths(by_name.iter().map(|(_, count)| count).sum());
    Ok(Some(SystemCalls { customers: served, per_customer, by_name }))
}

fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Opens the shop under strace, has `visit` do with it what it likes, ends it and reads the counts.
fn counts(
    shop: &Shop,
    plan: &Plan,
    visit: impl FnOnce(&OpenShop) -> Result<(), Error>,
) -> Result<Counts, Error> {
    let failed = |why| Error::Customers("count system calls", why);
    let report = Report::create().map_err(failed)?;
    let mut strace: Vec<OsString> =
        ["strace", "-f", "-c", "-o"].map(OsString::from).into();
    strace.push(report.0.clone().into());
    let mut traced = OpenShop::open_under(&strace, shop, plan.clean)?;
    visit(&traced)?;
    // When its last tracee has ended, strace writes its report.
    traced.process().kill_children();
    if traced.process().ends_within(SUMMING_UP).map_err(failed)?.is_none() {
        return Err(failed(io::Error::new(
            io::ErrorKind::TimedOut,
            "strace does not end",
        )));
    }
    parse(&fs::read_to_string(&report.0).map_err(failed)?).map_err(failed)
}

/// The file that strace writes its counts to, removed when no longer needed.
struct Report(PathBuf);

impl Report {
    fn create() -> io::Result<Report> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "rush-{}-{}.strace",
            process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = std::env::temp_dir().join(name);
        OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Report(path))
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Reads the table of `strace -c`: share, seconds, µs a call, calls, errors if any, name.
fn parse(table: &str) -> io::Result<Counts> {
    let mut counts = Counts::new();
    for line in table.lines() {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (Some(Ok(calls)), Some(&name)) =
            (columns.get(3).map(|c| c.parse()), columns.last())
        else {
            continue;
        };
        if columns.len() >= 5 && name != "total" {
            counts.insert(name.to_owned(), calls);
        }
    }
    if counts.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "strace wrote no counts"));
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn counts_are_read_with_and_without_errors_and_the_total_is_left_out() {
        let table = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 65.38    0.000017          17         1           write
 34.62    0.000009           0        12         3 openat
------ ----------- ----------- --------- --------- ----------------
100.00    0.000026           2        13         3 total
";
        let counts: Vec<_> = parse(table).unwrap().into_iter().collect();
        assert_eq!(counts, [("openat".to_owned(), 12), ("write".to_owned(), 1)]);
        parse("strace: something went wrong here too\n").unwrap_err();
    }
}
