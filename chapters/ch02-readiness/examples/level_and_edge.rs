//! The same customer, told of by level and by edge.

use ch02_readiness::net::{TcpListener, TcpStream};
use ch02_readiness::poller::{Interest, Poller};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    println!("by level:");
    scene(Interest::READ)?;
    println!("by edge:");
    scene(Interest::READ.on_edge())
}

/// A customer says ten bytes. We read four, then look what the poller tells us.
fn scene(interest: Interest) -> io::Result<()> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut phone = std::net::TcpStream::connect(door.local_addr()?)?;
    let customer = door.accept()?;
    let poller = Poller::new()?;
    poller.add(&customer, 1, interest)?;

    phone.write_all(b"silk shirt")?;
    println!("  ten bytes have come:  {}", told(&poller, None)?);
    println!("  we take:              {:?}", take(&customer, 4)?);
    println!("  six are left:         {}", told(&poller, Some(Duration::ZERO))?);
    phone.write_all(b"!")?;
    println!("  one more has come:    {}", told(&poller, None)?);
    println!("  we take:              {:?}", take(&customer, 7)?);
    println!("  none is left:         {}", told(&poller, Some(Duration::ZERO))?);
    Ok(())
}

fn told(poller: &Poller, timeout: Option<Duration>) -> io::Result<&'static str> {
    let mut events = Vec::new();
    poller.wait(&mut events, timeout)?;
    Ok(if events.is_empty() { "not a word" } else { "readable" })
}

fn take(mut customer: &TcpStream, n: usize) -> io::Result<String> {
    let mut said = vec![0; n];
    customer.read_exact(&mut said)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}
