//! Ann has four hundred questions, and Ben has one.

use ch03_future::executor::block_on;
use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    let mut ben = TcpStream::connect(door.local_addr()?)?;
    ann.write_all("STATUS 9\n".repeat(400).as_bytes())?;
    ben.write_all(b"STATUS 9\nBYE\n")?;

    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(&door));
    block_on(poll_fn(|context| {
        let Poll::Pending = serving.as_mut().poll(context);
        let ben_has_left = shop.seen() == 2 && shop.customers() == 1;
        if ben_has_left { Poll::Ready(()) } else { Poll::Pending }
    }));
    println!("Ben asked once, and has been answered");
    println!("Ann asked 400 times, and has been answered {} times so far", answers(ann)?);
    Ok(())
}

/// How many lines the shop has said to a customer by now.
fn answers(mut customer: TcpStream) -> io::Result<usize> {
    customer.set_nonblocking(true)?;
    let mut heard = Vec::new();
    match customer.read_to_end(&mut heard) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        outcome => drop(outcome?),
    }
    Ok(heard.iter().filter(|&&byte| byte == b'\n').count())
}
