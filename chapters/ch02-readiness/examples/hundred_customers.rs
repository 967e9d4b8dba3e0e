//! A hundred customers at one counter, and nobody in anybody's way.

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::Duration;

const CLEANING: Duration = Duration::from_millis(50);

fn main() -> io::Result<()> {
    ledger::init();
    let customers: usize =
        std::env::args().nth(1).map_or(100, |n| n.parse().unwrap_or(100));
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let mut shop = Shop::open(door, CLEANING)?;

    let mut lines = Vec::new();
    for _ in 0..customers {
        lines.push(BufReader::new(TcpStream::connect(addr)?));
    }
    while shop.customers() < customers {
        shop.turn()?;
    }
    // Nobody waits for their ticket before they ask for their garment: however slow this machine
    // is, it is not clean yet.
    for (n, line) in lines.iter_mut().enumerate() {
        write!(line.get_mut(), "DROP silk shirt\nPICKUP {}\n", n + 1)?;
        line.get_mut().set_nonblocking(true)?;
    }
    let tickets = answers(&mut shop, &mut lines)?;
    println!("{} customers have a ticket, and all of them are still here", tickets.len());
    // And now all of them are clean, so that they are due in the same turn.
    thread::sleep(CLEANING);
    let garments = answers(&mut shop, &mut lines)?;
    println!("{} customers have their garment, all served by one thread", garments.len());
    println!("the last one was told: {}", garments[customers - 1].trim_end());
    Ok(())
}

/// Runs the shop until everybody has heard one more line.
fn answers(
    shop: &mut Shop,
    lines: &mut [BufReader<TcpStream>],
) -> io::Result<Vec<String>> {
    let mut answers = vec![String::new(); lines.len()];
    while answers.iter().any(|answer| !answer.ends_with('\n')) {
        shop.turn()?;
        for (line, answer) in lines.iter_mut().zip(&mut answers) {
            if answer.ends_with('\n') {
                continue;
            }
            match line.read_line(answer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                outcome => drop(outcome?),
            }
        }
    }
    Ok(answers)
}
