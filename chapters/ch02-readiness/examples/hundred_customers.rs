//! A hundred customers at one counter, and nobody in anybody's way.

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let customers: usize =
        std::env::args().nth(1).map_or(100, |n| n.parse().unwrap_or(100));
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let mut shop = Shop::open(door, Duration::from_millis(500))?;

    let mut lines = Vec::new();
    for _ in 0..customers {
        lines.push(BufReader::new(TcpStream::connect(addr)?));
    }
    let tickets = everybody(&mut shop, &mut lines, |_| "DROP silk shirt\n".to_owned())?;
    println!("{} customers have a ticket, and all of them are still here", tickets.len());
    let garments =
        everybody(&mut shop, &mut lines, |n| tickets[n].replace("TICKET", "PICKUP"))?;
    println!("{} customers have their garment, all served by one thread", garments.len());
    println!("the last one was told: {}", garments[customers - 1].trim_end());
    Ok(())
}

/// Everybody says their line, and only then does anybody listen for the answer.
fn everybody(
    shop: &mut Shop,
    lines: &mut [BufReader<TcpStream>],
    says: impl Fn(usize) -> String,
) -> io::Result<Vec<String>> {
    for (n, line) in lines.iter_mut().enumerate() {
        line.get_mut().write_all(says(n).as_bytes())?;
        line.get_mut().set_nonblocking(true)?;
    }
    let mut answers = vec![String::new(); lines.len()];
    while answers.iter().any(|answer| !answer.ends_with('\n')) {
        shop.turn()?;
        for (line, answer) in lines.iter_mut().zip(&mut answers) {
            match line.read_line(answer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => drop(outcome?),
            }
        }
    }
    Ok(answers)
}
