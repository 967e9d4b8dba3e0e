//! Is no call made in vain, and does nobody wait for ever?

mod grading;

use ch05_event_loop::both::{Either, join, select};
use ch05_event_loop::clock::Clock;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::{TcpListener, TcpStream};
use ch05_event_loop::shop::Shop;
use ch05_event_loop::timer::sleep;
use ch05_event_loop::yield_now::yield_now;
use futures::io::{AsyncRead, BufReader};
use futures::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use grading::{Expectation, Outcome, grade, miss};
use ledger::Ledger;
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd};
use std::pin::Pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "the shop serves three customers at once, as before",
            hint: 1,
            look: the_shop,
        },
        Expectation {
            what: "asked for somebody else's sake, a socket makes no call in vain",
            hint: 1,
            look: for_others,
        },
        Expectation {
            what: "news that comes while nobody waits is kept",
            hint: 2,
            look: while_nobody_waits,
        },
        Expectation {
            what: "that there is room to write is no reason to read",
            hint: 3,
            look: room_to_write,
        },
        Expectation {
            what: "whoever asks last is woken, even if their asking made no call",
            hint: 4,
            look: the_last_who_asks,
        },
        Expectation {
            what: "the last words and the goodbye may come in one breath",
            hint: 5,
            look: in_one_breath,
        },
    ])
}

/// Longer than anything here takes, by a clock that jumps when nothing can go on.
const FOR_EVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs it until it is over, or has come to a stand. Who heard nothing by then, never will.
fn runs<T>(what: &str, it: impl Future<Output = io::Result<T>>) -> Outcome<T> {
    let event_loop = EventLoop::with_clock(Clock::Virtual).expect("there is a poller");
    match event_loop.block_on(async { select(it, sleep(FOR_EVER)).await }) {
        Either::Left(Ok(value)) => Ok(value),
        Either::Left(Err(error)) => miss(what, error),
        Either::Right(()) => {
            miss(what, "nothing: the future is pending, and no news will wake it")
        }
    }
}

fn door() -> io::Result<(TcpListener, SocketAddrV4)> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    Ok((door, addr))
}

/// A connection, with its far end in the hands of the standard library.
async fn pair() -> io::Result<(TcpStream, std::net::TcpStream)> {
    let (door, addr) = door()?;
    let far = std::net::TcpStream::connect(addr)?;
    has_arrived(&door)?;
    Ok((door.accept().await?, far))
}

/// Waits, with the whole thread, until there is something to read or somebody to let in.
fn has_arrived(socket: &impl AsFd) -> io::Result<()> {
    let fd = socket.as_fd().as_raw_fd();
    let mut what = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: the kernel reads and writes one `pollfd`.
    match unsafe { libc::poll(&raw mut what, 1, 10_000) } {
        1 => Ok(()),
        _ => Err(io::Error::other("nothing arrives")),
    }
}

/// Lets the loop have a few turns, in which it hears what news there is.
async fn a_few_turns() {
    for _ in 0..3 {
        yield_now().await;
    }
}

/// Between two calls in vain, on one descriptor and in one direction, there must be news of it.
fn none_in_vain(ledger: &Ledger) -> Outcome {
    let mut fd_of_key = HashMap::new();
    let mut known = HashMap::new();
    for entry in ledger {
        let fd = entry.number("fd");
        let direction = match entry.verb.as_str() {
            "read" | "accept" => "read",
            "write" => "write",
            "arm" => {
                fd_of_key.insert(entry.number("key"), fd);
                continue;
            }
            "ready" if entry.object("key").is_some() => {
                let can = entry.text("can").unwrap_or("");
                let Some(fd) = fd_of_key.get(&entry.number("key")) else { continue };
                known.retain(|(of, direction), _| of != fd || !can.contains(*direction));
                continue;
            }
            _ => continue,
        };
        if entry.text("error") != Some("WouldBlock") {
            continue;
        }
        if let Some(before) = known.insert((fd, direction), entry.n) {
            let two = ledger.filter(|other| [before, entry.n].contains(&other.n));
            return miss(
                "between two calls that say `WouldBlock` a `ready` line with the socket's key",
                format!("none between these\n{two}"),
            );
        }
    }
    Ok(())
}

fn the_shop() -> Outcome {
    let heard = runs("all three hear `READY`", async {
        let (door, addr) = door()?;
        let shop = Shop::new(Duration::from_secs(60));
        let visits = join(visit(addr, 1), join(visit(addr, 2), visit(addr, 3)));
        let Either::Right((one, (two, three))) = select(shop.serve(&door), visits).await;
        Ok([one?, two?, three?])
    })?;
    for (n, heard) in (1..).zip(heard) {
        let expected = format!("TICKET {n} / READY {n} sock {n}");
        if heard != expected {
            return miss(expected, heard);
        }
    }
    Ok(())
}

/// Brings a garment and waits for it.
async fn visit(addr: SocketAddrV4, n: u64) -> io::Result<String> {
    sleep(Duration::from_secs(n)).await;
    let mut line = BufReader::new(TcpStream::connect(addr).await?);
    let mut heard = String::new();
    for words in [format!("DROP sock {n}\n"), format!("PICKUP {n}\n")] {
        line.write_all(words.as_bytes()).await?;
        line.read_line(&mut heard).await?;
    }
    Ok(heard.trim_end().replace('\n', " / "))
}

fn for_others() -> Outcome {
    let (outcome, ledger) = ledger::record(|| {
        runs("a byte is read", async {
            let (mut near, mut far) = pair().await?;
            a_few_turns().await;
            let mut byte = [0];
            let (read, wrote) = join(near.read(&mut byte), async {
                a_few_turns().await;
                far.write_all(b"!")
            })
            .await;
            wrote.and(read)
        })
    });
    outcome?;
    none_in_vain(&ledger)
}

fn while_nobody_waits() -> Outcome {
    runs("`accept` lets in who came while nobody waited", async {
        let (door, addr) = door()?;
        select(door.accept(), a_few_turns()).await;
        let _customer = std::net::TcpStream::connect(addr)?;
        has_arrived(&door)?;
        a_few_turns().await;
        door.accept().await.map(drop)
    })
}

fn room_to_write() -> Outcome {
    let (outcome, ledger) = ledger::record(|| {
        runs("a byte is read", async {
            let (mut near, mut far) = pair().await?;
            let mut byte = [0];
            // The news that there is room comes in the next turn.
            let (read, wrote) = join(near.read(&mut byte), async {
                a_few_turns().await;
                far.write_all(b"!")
            })
            .await;
            wrote.and(read)
        })
    });
    outcome?;
    none_in_vain(&ledger)
}

/// A waker that remembers that it was called.
struct Rung(AtomicBool);

impl Wake for Rung {
    fn wake(self: Arc<Rung>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn the_last_who_asks() -> Outcome {
    let rung = runs("a byte arrives", async {
        let (near, mut far) = pair().await?;
        a_few_turns().await;
        let rungs = [(); 2].map(|()| Arc::new(Rung(AtomicBool::new(false))));
        for rung in &rungs {
            let waker = Waker::from(Arc::clone(rung));
            let mut context = Context::from_waker(&waker);
            match Pin::new(&mut &near).poll_read(&mut context, &mut [0]) {
                Poll::Pending => {}
                Poll::Ready(_) => return Err(io::Error::other("a read of nothing")),
            }
        }
        far.write_all(b"!")?;
        has_arrived(&near)?;
        a_few_turns().await;
        Ok(rungs[1].0.load(Ordering::SeqCst))
    })?;
    if rung {
        return Ok(());
    }
    miss(
        "of two wakers that a read was polled with, one after the other, the second is called",
        "it is not",
    )
}

fn in_one_breath() -> Outcome {
    let heard = runs("`read` gives the words, and then 0", async {
        let (mut near, mut far) = pair().await?;
        let mut piece = [0; 512];
        if let Either::Left(early) = select(near.read(&mut piece), a_few_turns()).await {
            return early.map(|n| n.to_string());
        }
        far.write_all(b"BYE\n")?;
        far.shutdown(Shutdown::Write)?;
        has_arrived(&near)?;
        a_few_turns().await;
        let words = near.read(&mut piece).await?;
        let goodbye = near.read(&mut piece).await?;
        Ok(format!("{words}, {goodbye}"))
    })?;
    if heard != "4, 0" {
        return miss("reads of 4 bytes and of 0", heard);
    }
    Ok(())
}
