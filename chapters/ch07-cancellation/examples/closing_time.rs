//! The shop closes. Ann waits for her shirt; Ben stands about and says nothing.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::TcpListener;
use ch07_cancellation::shop::Shop;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timeout::Elapsed;
use ch07_cancellation::timer::sleep;
use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::rc::Rc;
use std::time::Duration;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Opens the shop, closes it, and gives the lines of the two, who have not listened yet.
async fn evening(grace: Duration) -> Result<[TcpStream; 2], Box<dyn Error>> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    ann.write_all(b"DROP silk shirt\nPICKUP 1\n")?;
    let ben = TcpStream::connect(door.local_addr()?)?;

    let (shop, opened) = (Rc::new(Shop::new(secs(60))), now());
    let serving = Rc::clone(&shop);
    let serving = spawn(async move { serving.serve(&door).await }).abort_on_drop();
    sleep(secs(10)).await;

    let after = || (now() - opened).as_secs();
    println!("{} s: the shop closes, {} customers are inside", after(), shop.customers());
    drop(serving);
    match shop.close(grace).await {
        Ok(()) => println!("{} s: everybody has gone", after()),
        Err(Elapsed) => {
            println!("{} s: that is enough, {} still inside", after(), shop.customers());
        }
    }
    Ok([ann, ben])
}

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    let grace = std::env::args().nth(1).map_or(Ok(300), |secs| secs.parse())?;
    let event_loop = EventLoop::with_clock(Clock::Virtual)?;
    let [mut ann, mut ben] = event_loop.block_on(evening(secs(grace)))?;
    drop(event_loop);
    for (name, line) in [("Ann", &mut ann), ("Ben", &mut ben)] {
        let mut heard = String::new();
        line.read_to_string(&mut heard)?;
        println!("{name} has heard {:?}", heard.lines().collect::<Vec<_>>());
    }
    Ok(())
}
