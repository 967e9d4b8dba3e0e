//! What the kernel tells about a shop's process.

use std::{io, mem::MaybeUninit, process::ExitStatus, time::Duration};

/// What a process had used when it ended, all of its threads together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spent {
    pub(crate) status: ExitStatus,
    pub(crate) cpu: Duration,
    /// Times a thread gave up its core to wait for something.
    pub(crate) voluntary_switches: u64,
    /// Times a thread was sent off its core.
    pub(crate) involuntary_switches: u64,
    /// The most memory it had. Not used on Linux, where it counts the parent's memory too.
    pub(crate) memory_kib: Option<u64>,
}

/// What is seen of a running process, sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Peak {
    pub(crate) threads: Option<u64>,
    pub(crate) memory_kib: Option<u64>,
}

impl Peak {
    /// Looks at process `pid`, and keeps what is higher than before.
    pub(crate) fn sample(&mut self, pid: u32) {
        // Only Linux has it. A process that is gone has no memory any more and adds nothing.
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) {
            let now = Peak::from_status(&status);
            self.threads = self.threads.max(now.threads);
            self.memory_kib = self.memory_kib.max(now.memory_kib);
        }
    }

    fn from_status(status: &str) -> Peak {
        let field = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        Peak { threads: field("Threads:"), memory_kib: field("VmHWM:") }
    }
}

/// Waits for a child to end and reaps it: `None` if it still runs and `block` is not set.
///
/// The caller gives up the right to wait for it again: its number may be someone else's now.
pub(crate) fn wait(pid: u32, block: bool) -> io::Result<Option<Spent>> {
    let pid = pid.cast_signed();
    let options = if block { 0 } else { libc::WNOHANG };
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to writable values of the right type.
        let waited =
            unsafe { libc::wait4(pid, &mut status, options, usage.as_mut_ptr()) };
        match waited {
            0 => return Ok(None),
            -1 => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(error);
                }
            }
            _ => break,
        }
    }
    // SAFETY: zeroed bytes are a valid `rusage` (integers only), and `wait4` has filled it.
    let usage = unsafe { usage.assume_init() };
    Ok(Some(Spent {
        status: std::os::unix::process::ExitStatusExt::from_raw(status),
        cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        voluntary_switches: usage.ru_nvcsw.try_into().unwrap_or(0),
        involuntary_switches: usage.ru_nivcsw.try_into().unwrap_or(0),
        memory_kib: max_memory(&usage),
    }))
}

fn duration(time: libc::timeval) -> Duration {
    let seconds = time.tv_sec.try_into().unwrap_or(0);
    let micros: u64 = time.tv_usec.try_into().unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

/// macOS counts bytes.
#[cfg(target_vendor = "apple")]
fn max_memory(usage: &libc::rusage) -> Option<u64> {
    u64::try_from(usage.ru_maxrss).ok().map(|bytes| bytes / 1024)
}

/// Linux carries the parent's own peak over into the child's on `exec`: `VmHWM` is the one to read.
#[cfg(not(target_vendor = "apple"))]
fn max_memory(_usage: &libc::rusage) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::Peak;

    #[test]
    fn peaks_are_read_from_the_kernels_page_and_never_sink() {
        let page = "Name:\tch01-blocking\nVmPeak:\t  9000 kB\nVmHWM:\t    1234 kB\nThreads:\t7\n";
        let peak = Peak { threads: Some(7), memory_kib: Some(1234) };
        assert_eq!(Peak::from_status(page), peak);
        assert_eq!(Peak::from_status("Name:\tgone\nThreads:\t1\n").memory_kib, None);

        let mut kept = Peak { threads: Some(u64::MAX), memory_kib: None };
        kept.sample(std::process::id());
        assert_eq!(kept.threads, Some(u64::MAX));
        assert_eq!(kept.memory_kib.is_some(), cfg!(target_os = "linux"));
    }
}
