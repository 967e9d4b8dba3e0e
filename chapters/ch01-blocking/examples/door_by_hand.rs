//! Opens a door, lets one customer in and answers once, with our own sockets.

use ch01_blocking::net::TcpListener;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    // The kernel queues this customer at the door before anybody calls `accept`.
    let mut phone = std::net::TcpStream::connect(door.local_addr()?)?;
    phone.write_all(b"DROP silk shirt\n")?;
    let mut customer = &door.accept()?;
    let mut said = [0; 64];
    let n = customer.read(&mut said)?;
    println!("the customer said {:?}", String::from_utf8_lossy(&said[..n]));
    customer.write_all(b"TICKET 1\n")?;
    let n = phone.read(&mut said)?;
    println!("the shop said {:?}", String::from_utf8_lossy(&said[..n]));
    Ok(())
}
