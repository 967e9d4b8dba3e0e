//! One visit, asked again and again: how far has it got?

use ch03_future::executor::block_on;
use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// What Ann says after each time that the shop was asked.
const WORDS: [&str; 6] = ["DROP silk", "", " shirt\n", "", "BYE\n", ""];

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    ann.set_nodelay(true)?;

    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(&door));
    let mut words = WORDS.into_iter();
    block_on(poll_fn(|context| {
        let Poll::Pending = serving.as_mut().poll(context);
        let Some(words) = words.next() else { return Poll::Ready(Ok(())) };
        match words {
            "" => println!("pending, and Ann waits"),
            words => println!("pending, and Ann says {words:?}"),
        }
        ann.write_all(words.as_bytes())
            .map_or_else(|error| Poll::Ready(Err(error)), |()| Poll::Pending)
    }))?;

    let mut heard = String::new();
    ann.read_to_string(&mut heard)?;
    println!("Ann has heard {heard:?}");
    Ok(())
}
