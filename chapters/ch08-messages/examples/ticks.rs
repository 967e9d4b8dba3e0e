//! A clock, a channel and a door are streams, and other people's adapters work on them.

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::interval::interval;
use ch08_messages::mpsc::channel;
use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::timer::sleep;
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt, TryStreamExt};
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::pin::pin;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let opened = now();

        println!("a clock, and three of its ticks");
        let mut ticks = interval(secs(10)).take(3).map(|tick| tick - opened);
        while let Some(tick) = ticks.next().await {
            println!("  {:>2} s", tick.as_secs());
        }

        println!("a clock, and somebody who is late");
        let mut clock = interval(secs(10));
        for work in [3, 25, 3, 0] {
            let due = clock.tick().await;
            let (due, came) = ((due - opened).as_secs(), (now() - opened).as_secs());
            println!("  {came:>2} s  what was due at {due} s");
            sleep(secs(work)).await;
        }

        println!("a note at each tick, until there are no more");
        let (line, notes) = channel(2);
        line.send("no perchloroethylene").await?;
        line.send("no starch").await?;
        drop(line);
        let mut in_time = interval(secs(10)).zip(notes);
        while let Some((tick, note)) = in_time.next().await {
            println!("  {:>2} s  {note}", (tick - opened).as_secs());
        }

        println!("a door, three customers, and two clerks");
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let mut customers = Vec::new();
        for garment in ["a wool coat", "a silk shirt", "a glove"] {
            let mut customer = TcpStream::connect(door.local_addr()?).await?;
            customer.write_all(garment.as_bytes()).await?;
            customer.close().await?;
            customers.push(customer);
        }
        let clean = door.incoming().take(3).map_ok(clean).try_buffer_unordered(2);
        let mut clean = pin!(clean);
        while let Some(garment) = clean.try_next().await? {
            println!("  {:>2} s  {garment}", (now() - opened).as_secs());
        }
        Ok(())
    })
}

/// Listens to what it is, and cleans it. The longer its name, the longer it takes.
async fn clean(mut customer: TcpStream) -> io::Result<String> {
    let mut garment = String::new();
    customer.read_to_string(&mut garment).await?;
    sleep(secs(garment.len() as u64)).await;
    Ok(garment)
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}
