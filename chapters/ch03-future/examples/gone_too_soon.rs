//! Ann is gone before she is given her shirt, and Ben asks for it.

use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(&door));

    let mut ann = TcpStream::connect(door.local_addr()?)?;
    ann.write_all(b"DROP silk shirt\n")?;
    ask(serving.as_mut(), 2);
    ann.peek(&mut [0])?;
    println!("Ann has a ticket, and says PICKUP 1");
    ann.write_all(b"PICKUP 1\n")?;
    ask(serving.as_mut(), 1);
    println!("the shop has heard it, and Ann is gone");
    // She has not read what she was told, so the line is reset.
    drop(ann);
    ask(serving.as_mut(), 1);

    let mut ben = TcpStream::connect(door.local_addr()?)?;
    println!("Ben says STATUS 1");
    ben.write_all(b"STATUS 1\n")?;
    ask(serving.as_mut(), 2);
    let mut answer = String::new();
    BufReader::new(ben).read_line(&mut answer)?;
    println!("Ben hears {}", answer.trim_end());
    Ok(())
}

/// Asks the shop so many times.
fn ask(mut serving: Pin<&mut impl Future>, times: usize) {
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        assert!(serving.as_mut().poll(&mut context).is_pending(), "a shop never ends");
    }
}
