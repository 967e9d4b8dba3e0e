//! What a thousand waiting customers cost when each has a thread.

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

const CUSTOMERS: u32 = 1_000;

fn main() -> io::Result<()> {
    allow_descriptors(2 * u64::from(CUSTOMERS) + 100)?;
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let shop = Arc::new(Shop::new(Duration::from_millis(50)));
    thread::spawn(move || shop.thread_per_customer(&door));

    let before = Usage::now()?;
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        let mut customer = BufReader::new(TcpStream::connect(addr)?);
        ask(&mut customer)?;
        customers.push(customer);
    }
    let waiting = Usage::now()?;
    for customer in &mut customers {
        ask(customer)?;
    }
    let after = Usage::now()?;

    println!("threads for {CUSTOMERS} customers: {}", waiting.threads - before.threads);
    println!(
        "memory in use, for each:   {} KiB",
        per_customer(before.used, waiting.used)
    );
    println!(
        "addresses taken, for each: {} KiB",
        per_customer(before.taken, waiting.taken)
    );
    let switches = (after.switches - waiting.switches) as f64 / f64::from(CUSTOMERS);
    println!("context switches for one more question from each: {switches:.1}");
    println!("to start a thread and see it end: {} µs", start_up().as_micros());
    Ok(())
}

/// One question and its answer: when it comes, this customer's thread is up and waits again.
fn ask(customer: &mut BufReader<TcpStream>) -> io::Result<()> {
    customer.get_mut().write_all(b"DROP sock\n")?;
    customer.read_line(&mut String::new())?;
    Ok(())
}

fn per_customer(before: u64, after: u64) -> u64 {
    after.saturating_sub(before) / u64::from(CUSTOMERS)
}

/// What it takes to start a thread that does nothing and to see it end.
fn start_up() -> Duration {
    let start = Instant::now();
    (0..CUSTOMERS).for_each(|_| thread::spawn(|| ()).join().unwrap_or_default());
    start.elapsed() / CUSTOMERS
}

/// What the kernel says about this process. Sizes in KiB.
struct Usage {
    threads: u64,
    used: u64,
    taken: u64,
    switches: u64,
}

impl Usage {
    fn now() -> io::Result<Usage> {
        let status = std::fs::read_to_string("/proc/self/status").map_err(|error| {
            io::Error::other(format!("/proc, which Linux has: {error}"))
        })?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
                .unwrap_or(0)
        };
        // SAFETY: a `rusage` is integers, for which zero is a value like any other.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the kernel writes one `rusage`.
        unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
        Ok(Usage {
            threads: field("Threads:"),
            used: field("VmRSS:"),
            taken: field("VmSize:"),
            switches: usage.ru_nvcsw as u64,
        })
    }
}

/// Raises the limit on open descriptors, as far as this user may.
fn allow_descriptors(wanted: u64) -> io::Result<()> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one `rlimit`.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = limit.rlim_cur.max(wanted).min(limit.rlim_max);
    // SAFETY: the kernel reads one `rlimit`.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
