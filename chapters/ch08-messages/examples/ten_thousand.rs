//! As many customers as the kernel lets us have, up to ten thousand, and one thread.

use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::shop::Shop;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use std::env::{args, current_exe};
use std::error::Error;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::Command;
use std::rc::Rc;
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn Error>> {
    // The standard streams, the loop's own, two doors, and the one more.
    let customers = allow_descriptors(10_000 + 20)? - 20;
    match &args().collect::<Vec<_>>()[..] {
        [_, shop, office] => crowd(customers, shop.parse()?, office.parse()?),
        _ => EventLoop::with_clock(Clock::Virtual)?.block_on(serve(customers)),
    }
}

/// The shop. The customers are another process, which has a limit on descriptors of its own.
async fn serve(customers: u64) -> Result<(), Box<dyn Error>> {
    let anywhere = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let (door, office) = (TcpListener::bind(anywhere)?, TcpListener::bind(anywhere)?);
    let addr = door.local_addr()?;
    let shop = Rc::new(Shop::new(A_MINUTE));
    let open = Rc::clone(&shop);
    drop(spawn(async move { open.serve(&door).await }));
    // While anybody is in line, this clock stands still, and no garment is clean.
    let stop_the_clock = spawn(async {
        loop {
            yield_now().await;
        }
    });

    let before = Usage::now()?;
    let addrs = [addr.to_string(), office.local_addr()?.to_string()];
    let mut crowd = Command::new(current_exe()?).args(addrs).spawn()?;
    let mut all_wait = office.accept().await?;
    let waiting = Usage::now()?;
    println!("customers in the shop, who wait:  {}", shop.customers());
    println!("threads:                          {}", waiting.threads);
    let bytes = waiting.used.saturating_sub(before.used) * 1024 / customers;
    println!("memory, for each who waits:       {bytes} bytes");

    let mut one_more = futures::io::BufReader::new(TcpStream::connect(addr).await?);
    one_more.write_all(b"DROP wool coat\n").await?;
    let mut answer = String::new();
    one_more.read_line(&mut answer).await?;
    println!("one more comes, and hears:        {}", answer.trim_end());

    stop_the_clock.abort();
    // Now nobody is in line, and the clock jumps. The crowd hangs up when all have heard.
    all_wait.read_to_end(&mut Vec::new()).await?;
    if !crowd.wait()?.success() {
        return Err("somebody has not heard what they waited for".into());
    }
    println!("customers who have their garment: {customers}");
    Ok(())
}

/// The customers. They come in one by one, and then all of them wait.
fn crowd(
    customers: u64,
    shop: SocketAddrV4,
    office: SocketAddrV4,
) -> Result<(), Box<dyn Error>> {
    let mut lines = Vec::new();
    for number in 1..=customers {
        let mut line = BufReader::new(std::net::TcpStream::connect(shop)?);
        line.get_mut().write_all(b"DROP silk shirt\n")?;
        hears(&mut line, &format!("TICKET {number}"))?;
        writeln!(line.get_mut(), "PICKUP {number}")?;
        lines.push(line);
    }
    let _all_wait = std::net::TcpStream::connect(office)?;
    for (line, number) in lines.iter_mut().zip(1..) {
        hears(line, &format!("READY {number} silk shirt"))?;
    }
    Ok(())
}

fn hears(line: &mut impl BufRead, expected: &str) -> Result<(), Box<dyn Error>> {
    let mut answer = String::new();
    line.read_line(&mut answer)?;
    if answer.trim_end() == expected {
        return Ok(());
    }
    Err(format!("a customer expects {expected}, and hears {answer}").into())
}

/// What the kernel says about this process. Memory in KiB.
struct Usage {
    threads: u64,
    used: u64,
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
        Ok(Usage { threads: field("Threads:"), used: field("VmRSS:") })
    }
}

/// Raises the limit on open descriptors, as far as this user may, and gives how many it allows of
/// those that were wanted.
fn allow_descriptors(wanted: u64) -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one `rlimit`.
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = limit.rlim_cur.max(wanted).min(limit.rlim_max);
    // SAFETY: the kernel reads one `rlimit`.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(limit.rlim_cur.min(wanted))
}
