//! What `strace` saw between the first and the last line of `main`.
//!
//! A traced program shows far more than its own calls: the loader maps the C
//! library, Rust's runtime looks at the stack and installs its handlers, and
//! every allocation may call `mmap`. A reader wants the calls that the page is
//! about. So we keep the calls of [`KEPT`], and of those the ones that fall
//! between two marks that Rust's runtime makes itself: just before `main` it
//! gives the thread a stack for the stack overflow handler
//! (`sigaltstack({ss_sp=0x…`), and just after `main` it takes it away
//! (`sigaltstack({ss_sp=NULL, ss_flags=SS_DISABLE`).
//!
//! Numbers that differ from run to run are put aside: thread ids, addresses,
//! free ports, the clock, random bytes.

use std::borrow::Cow;
use std::sync::LazyLock;

use anyhow::{Result, bail};
use regex::{Captures, Regex};

/// The system calls that a page shows. `?` lets strace pass over a call that
/// this machine does not have.
pub const KEPT: &[&str] = &[
    "openat",
    "read",
    "write",
    "close",
    "lseek",
    "socket",
    "setsockopt",
    "getsockopt",
    "getsockname",
    "bind",
    "listen",
    "accept",
    "accept4",
    "connect",
    "sendto",
    "recvfrom",
    "sendmsg",
    "recvmsg",
    "shutdown",
    "clock_gettime",
    "gettimeofday",
    "getrandom",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "poll",
    "ppoll",
    "nanosleep",
    "clock_nanosleep",
    "fcntl",
    "ioctl",
    "eventfd2",
    "futex",
    "clone3",
    "kill",
    "tgkill",
];

/// The calls that only mark where `main` begins and ends.
const MARKS: &[&str] = &["sigaltstack"];

/// What to hand to `strace -e`: the kept calls and the marks.
pub fn filter() -> String {
    let calls: Vec<String> =
        KEPT.iter().chain(MARKS).map(|call| format!("?{call}")).collect();
    format!("trace={}", calls.join(","))
}

/// One finished call: who made it, and the text `name(arguments) = result`.
struct Call<'a> {
    thread: &'a str,
    text: Cow<'a, str>,
}

impl Call<'_> {
    fn name(&self) -> &str {
        self.text.split('(').next().unwrap_or_default()
    }
}

/// The calls of `main`, one a line, without what differs from run to run.
///
/// `trace` is what `strace -f -o FILE` wrote: every line starts with a thread id.
///
/// # Errors
///
/// If the beginning of `main` cannot be found.
pub fn of_main(trace: &str) -> Result<String> {
    let calls = whole_calls(trace);
    let Some(main) = calls.first().map(|call| call.thread) else {
        bail!("strace saw no system call; can this machine trace (`strace -f true`)?");
    };
    let begins = |call: &Call<'_>| {
        call.thread == main && call.text.starts_with("sigaltstack({ss_sp=0x")
    };
    let ends = |call: &Call<'_>| {
        call.thread == main && call.text.starts_with("sigaltstack({ss_sp=NULL")
    };
    let Some(begin) = calls.iter().position(begins) else {
        bail!(
            "the beginning of main is not in strace's output (no sigaltstack by the first thread)"
        );
    };
    let after = &calls[begin + 1..];
    let end = after.iter().position(ends).unwrap_or(after.len());

    let shown: Vec<&Call<'_>> =
        after[..end].iter().filter(|call| KEPT.contains(&call.name())).collect();
    let mut threads: Vec<&str> = vec![main];
    let several = shown.iter().any(|call| call.thread != main);
    let mut out = String::new();
    for call in shown {
        let number =
            threads.iter().position(|&t| t == call.thread).unwrap_or_else(|| {
                threads.push(call.thread);
                threads.len() - 1
            });
        if several {
            out.push_str(&format!("[thread {}] ", number + 1));
        }
        out.push_str(&put_aside(&call.text));
        out.push('\n');
    }
    Ok(out)
}

/// strace cuts a call in two when another thread's comes in between
/// (`read(3,  <unfinished ...>` … `<... read resumed>"x", 8) = 1`). The two
/// halves are joined where the call returned.
fn whole_calls(trace: &str) -> Vec<Call<'_>> {
    let mut begun: Vec<(&str, &str)> = Vec::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((thread, text)) = line.split_once(char::is_whitespace) else { continue };
        let text = text.trim_start();
        if text.starts_with("+++") || text.starts_with("---") {
            continue;
        }
        if let Some(first) = text.strip_suffix("<unfinished ...>") {
            begun.push((thread, first.trim_end()));
        } else if let Some((_, second)) =
            text.strip_prefix("<...").and_then(|t| t.split_once("resumed>"))
        {
            let Some(at) = begun.iter().position(|&(t, _)| t == thread) else { continue };
            let (_, first) = begun.remove(at);
            let gap = if first.ends_with(',') { " " } else { "" };
            calls.push(Call {
                thread,
                text: format!("{first}{gap}{}", second.trim_start()).into(),
            });
        } else {
            calls.push(Call { thread, text: text.into() });
        }
    }
    calls
}

/// A call's text without the numbers that change from run to run.
fn put_aside(call: &str) -> String {
    static SPACES: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\)\s+= ").unwrap());
    static PORT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"htons\((\d+)\)").unwrap());
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b0x[0-9a-f]{6,}\b").unwrap());
    static THREAD: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(parent_tid=\[)\d+(\].*\) = )\d+$").unwrap());
    static FUTEX: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(FUTEX_WAIT\w*[^,]*, )\d+").unwrap());
    static CLOCK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(tv_sec=|tv_nsec=|tv_usec=)\d+").unwrap());
    static RANDOM: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"^getrandom\("(\\.|[^"\\])*"\.*, "#).unwrap());

    let call = SPACES.replace(call, ") = ");
    let call = PORT.replace_all(&call, |c: &Captures<'_>| match &c[1] {
        known @ ("0" | "7878") => format!("htons({known})"),
        _ => "htons(PORT)".to_owned(),
    });
    let call = ADDRESS.replace_all(&call, "0x…");
    let call = THREAD.replace(&call, "${1}TID${2}TID");
    let call = FUTEX.replace(&call, "${1}N");
    // A nap's length is the program's own; only a clock's reading changes.
    let call = if call.starts_with("clock_gettime(") || call.starts_with("gettimeofday(")
    {
        CLOCK.replace_all(&call, "${1}…")
    } else {
        call
    };
    RANDOM.replace(&call, "getrandom(\"…\", ").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "\
        7 openat(AT_FDCWD, \"/proc/self/maps\", O_RDONLY|O_CLOEXEC) = 3\n\
        7 sigaltstack(NULL, {ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=0}) = 0\n\
        7 sigaltstack({ss_sp=0x7f5c38526000, ss_flags=0, ss_size=8192}, NULL) = 0\n";
    const AFTER: &str = "\
        7 sigaltstack({ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=8192}, NULL) = 0\n\
        7 write(2, \"late\", 4) = 4\n\
        7 +++ exited with 0 +++\n";

    fn main_of(middle: &str) -> String {
        of_main(&format!("{BEFORE}{middle}{AFTER}")).unwrap()
    }

    #[test]
    fn only_what_main_did_is_kept() {
        assert_eq!(
            main_of(
                "7 read(3, \"vm\\n\", 3)                      = 3\n7 brk(NULL) = 0x55\n"
            ),
            "read(3, \"vm\\n\", 3) = 3\n",
        );
    }

    #[test]
    fn a_program_that_calls_exit_has_no_end_mark_and_is_shown_whole() {
        let trace =
            format!("{BEFORE}7 write(1, \"x\", 1) = 1\n7 +++ exited with 2 +++\n");
        assert_eq!(of_main(&trace).unwrap(), "write(1, \"x\", 1) = 1\n");
    }

    #[test]
    fn a_trace_without_a_main_is_an_error_and_not_an_empty_page() {
        assert!(of_main("7 read(3, \"\", 3) = 0\n").is_err());
        assert!(of_main("").is_err());
    }

    #[test]
    fn numbers_that_change_are_put_aside_and_others_stay() {
        let middle = "\
            7 clock_gettime(CLOCK_REALTIME, {tv_sec=1769000001, tv_nsec=42}) = 0\n\
            7 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=500}, NULL) = 0\n\
            7 getrandom(\"\\x01, \\\"9\", 8, 0) = 8\n\
            7 bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n\
            7 getsockname(3, {sa_family=AF_INET, sin_port=htons(40123)}, [16]) = 0\n";
        assert_eq!(
            main_of(middle),
            "clock_gettime(CLOCK_REALTIME, {tv_sec=…, tv_nsec=…}) = 0\n\
             clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=1, tv_nsec=500}, NULL) = 0\n\
             getrandom(\"…\", 8, 0) = 8\n\
             bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr(\"127.0.0.1\")}, 16) = 0\n\
             getsockname(3, {sa_family=AF_INET, sin_port=htons(PORT)}, [16]) = 0\n",
        );
    }

    #[test]
    fn threads_get_names_and_a_call_cut_in_two_is_joined() {
        let middle = "\
            7 read(3,  <unfinished ...>\n\
            8 sigaltstack({ss_sp=0x7f5c38526000, ss_flags=0, ss_size=8192}, NULL) = 0\n\
            8 write(4, \"x\", 1) = 1\n\
            8 sigaltstack({ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=8192}, NULL) = 0\n\
            7 <... read resumed>\"x\", 8)         = 1\n";
        assert_eq!(
            main_of(middle),
            "[thread 2] write(4, \"x\", 1) = 1\n[thread 1] read(3, \"x\", 8) = 1\n"
        );
    }

    #[test]
    fn every_call_is_asked_for_in_a_way_that_any_machine_understands() {
        assert!(filter().starts_with("trace=?openat,?read,"));
        assert!(filter().ends_with(",?sigaltstack"));
    }
}
