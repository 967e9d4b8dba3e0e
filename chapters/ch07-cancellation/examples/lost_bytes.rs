//! Half a line arrives, the time is over, the other half arrives.

use ch07_cancellation::both::join;
use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::shop::lines::Lines;
use ch07_cancellation::timeout::{Elapsed, timeout};
use ch07_cancellation::timer::sleep;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use std::cell::Cell;
use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);

/// Ann, who has to think in the middle of a line.
async fn ann(mut line: TcpStream) -> io::Result<()> {
    line.write_all(b"DROP silk").await?;
    sleep(Duration::from_secs(15)).await;
    line.write_all(b" shirt\n").await
}

async fn with_read_line(customer: TcpStream) -> io::Result<()> {
    let mut customer = BufReader::new(customer);
    let mut line = String::new();
    while let Err(Elapsed) = timeout(PATIENCE, customer.read_line(&mut line)).await {
        say("something else is done meanwhile");
    }
    say(format!("the shop has heard {:?}", line.trim_end()));
    Ok(())
}

async fn with_lines(customer: TcpStream) -> io::Result<()> {
    let mut lines = Lines::default();
    let line = loop {
        match timeout(PATIENCE, next_line(&customer, &mut lines)).await {
            Ok(line) => break line?,
            Err(Elapsed) => say("something else is done meanwhile"),
        }
    };
    say(format!("the shop has heard {line:?}"));
    Ok(())
}

async fn next_line(mut customer: &TcpStream, lines: &mut Lines) -> io::Result<String> {
    let mut piece = [0; 512];
    loop {
        if let Some(line) = lines.next_line() {
            return Ok(line.expect("Ann speaks clearly"));
        }
        let n = customer.read(&mut piece).await?;
        lines.push(&piece[..n]);
    }
}

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;

        scene("read_line, of futures");
        let line = TcpStream::connect(door.local_addr()?).await?;
        let (said, heard) = join(ann(line), with_read_line(door.accept().await?)).await;
        said.and(heard)?;

        scene("Lines, of the shop");
        let line = TcpStream::connect(door.local_addr()?).await?;
        let (said, heard) = join(ann(line), with_lines(door.accept().await?)).await;
        said.and(heard)
    })
}

thread_local! {
    static BEGAN: Cell<Instant> = Cell::new(now());
}

/// A new scene begins, at 0 s.
fn scene(title: &str) {
    println!("{title}");
    BEGAN.set(now());
}

fn say(words: impl Display) {
    println!("{:>4} s  {words}", (now() - BEGAN.get()).as_secs());
}
