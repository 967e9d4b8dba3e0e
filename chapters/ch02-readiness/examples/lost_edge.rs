//! An edge that is not drained, and the customer who is never served.

use ch02_readiness::net::{TcpListener, TcpStream};
use ch02_readiness::poller::{Interest, Poller};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let lines = served(Interest::READ, false)?;
    println!("by level, one read an event:  {lines} of 2 lines answered");
    let lines = served(Interest::READ.on_edge(), false)?;
    println!("by edge, one read an event:   {lines} of 2 lines answered");
    let lines = served(Interest::READ.on_edge(), true)?;
    println!("by edge, until WouldBlock:    {lines} of 2 lines answered");
    Ok(())
}

/// How many of a customer's lines are answered before the poller has no more to tell.
fn served(interest: Interest, drain: bool) -> io::Result<usize> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut phone = std::net::TcpStream::connect(door.local_addr()?)?;
    let customer = door.accept()?;
    phone.write_all(b"DROP silk shirt\nDROP wool coat.\n")?;

    let poller = Poller::new()?;
    poller.add(&customer, 1, interest)?;
    let (mut events, mut lines) = (Vec::new(), 0);
    loop {
        // The customer says no more: if nothing is news now, nothing ever will be.
        poller.wait(&mut events, Some(Duration::ZERO))?;
        if events.is_empty() {
            return Ok(lines);
        }
        lines += usize::from(read_line(&customer)?);
        while drain && read_line(&customer)? {
            lines += 1;
        }
    }
}

/// Reads 16 bytes, which is one line of this customer, unless there is nothing to read.
fn read_line(mut customer: &TcpStream) -> io::Result<bool> {
    match customer.read(&mut [0; 16]) {
        Ok(n) => Ok(n == 16),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}
