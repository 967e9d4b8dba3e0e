//! Two customers, who say all they have to say before anybody listens.

use ch03_future::executor::block_on;
use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    let mut ben = TcpStream::connect(door.local_addr()?)?;
    ann.write_all(b"DROP silk shirt\nPICKUP 1\nBYE\n")?;
    ben.write_all(b"DROP wool coat\nPICKUP 2\nBYE\n")?;

    let shop = Shop::new(Duration::ZERO);
    let mut serving = pin!(shop.serve(&door));
    block_on(poll_fn(|context| {
        let Poll::Pending = serving.as_mut().poll(context);
        let all_have_left = shop.seen() == 2 && shop.customers() == 0;
        if all_have_left { Poll::Ready(()) } else { Poll::Pending }
    }));

    println!("Ann has heard  {}", everything(ann)?);
    println!("Ben has heard  {}", everything(ben)?);
    Ok(())
}

/// All that the shop has said until it closed, in one line.
fn everything(mut customer: TcpStream) -> io::Result<String> {
    let mut heard = String::new();
    customer.read_to_string(&mut heard)?;
    Ok(heard.trim_end().replace('\n', ", "))
}
