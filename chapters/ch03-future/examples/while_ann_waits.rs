//! Ben brings a coat while Ann waits for her shirt.

use ch03_future::executor::block_on;
use ch03_future::net::TcpListener;
use ch03_future::shop::Shop;
use std::future::poll_fn;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Longer than anybody runs this program: Ann's shirt is not clean before Ben has left.
const HOUR: Duration = Duration::from_secs(60 * 60);

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    let mut ben = TcpStream::connect(door.local_addr()?)?;
    ann.write_all(b"DROP silk shirt\nPICKUP 1\n")?;
    ben.write_all(b"DROP wool coat\nBYE\n")?;

    let shop = Shop::new(HOUR);
    let mut serving = pin!(shop.serve(&door));
    block_on(poll_fn(|context| {
        let Poll::Pending = serving.as_mut().poll(context);
        let one_has_left = shop.seen() == 2 && shop.customers() == 1;
        if one_has_left { Poll::Ready(()) } else { Poll::Pending }
    }));

    for (name, customer, lines) in [("Ann", ann, 1), ("Ben", ben, 2)] {
        for line in BufReader::new(customer).lines().take(lines) {
            println!("{name} has heard {}", line?);
        }
    }
    println!("Ann is still waiting");
    Ok(())
}
