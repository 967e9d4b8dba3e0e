//! Whether a process sleeps: uses no processor, and is not waiting for its turn to use one.

/// Looks at a process again and again.
pub(super) struct Sleeper {
    #[cfg(target_os = "linux")]
    pid: u32,
    /// What its threads had used of the processors when we last looked.
    #[cfg(target_os = "linux")]
    used: Option<String>,
}

#[cfg(target_os = "linux")]
impl Sleeper {
    pub(super) fn new(pid: u32) -> Sleeper {
        Sleeper { pid, used: None }
    }

    /// Whether all its threads are asleep, and have been since the last look.
    pub(super) fn sleeps_on(&mut self) -> bool {
        let used = used(self.pid);
        let sleeps_on = used.is_some() && used == self.used;
        self.used = used;
        sleeps_on
    }
}

/// For each thread, how long it has run and how long it has waited for a processor; none if one of
/// them does not sleep.
#[cfg(target_os = "linux")]
fn used(pid: u32) -> Option<String> {
    use std::fs;
    let mut used = String::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let folder = thread.ok()?.path();
        let stat = fs::read_to_string(folder.join("stat")).ok()?;
        // The name before it stands in parentheses, and may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        if *fields.first()? != "S" {
            return None;
        }
        // Some kernels do not count nanoseconds; all of them count ticks.
        let run = fs::read_to_string(folder.join("schedstat")).unwrap_or_default();
        let ticks = fields.get(11..13)?.join(" ");
        used.push_str(&format!("{} {ticks} {run}", folder.display()));
    }
    Some(used)
}

/// Elsewhere only the ledger tells.
#[cfg(not(target_os = "linux"))]
impl Sleeper {
    pub(super) fn new(_pid: u32) -> Sleeper {
        Sleeper {}
    }

    pub(super) fn sleeps_on(&mut self) -> bool {
        true
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::used;
    use std::process::{Command, Stdio};

    #[test]
    fn whoever_waits_sleeps_and_whoever_works_does_not() {
        // We run while we look.
        assert_eq!(used(std::process::id()), None);
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        // It comes to its read by itself.
        let mut asleep = None;
        while asleep.is_none() {
            asleep = used(child.id());
        }
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(used(child.id()), None, "it is gone");
    }
}
