//! A customer who has much to say, and much to wait for.

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let enter = || TcpStream::connect(door.local_addr()?).map(BufReader::new);
    let (ann, ben) = (enter()?, enter()?);
    let mut shop = Shop::open(door, Duration::from_micros(900))?;
    let clerk = thread::spawn(move || -> io::Result<()> {
        shop.turn()?;
        while shop.customers() > 0 {
            shop.turn()?;
        }
        Ok(())
    });
    let visit = visit(ann, ben);
    clerk.join().expect("the clerk does not panic")?;
    visit
}

fn visit(mut ann: BufReader<TcpStream>, mut ben: BufReader<TcpStream>) -> io::Result<()> {
    println!("Ann drops forty shirts in one breath");
    says(&mut ann, &"DROP silk shirt\n".repeat(40))?;
    println!("and hears {}", hears(40, &mut ann)?);
    println!("She drops a coat and waits for it, twenty times");
    let coat = |ticket| format!("DROP coat\nPICKUP {ticket}\n");
    says(&mut ann, &(41..=60).map(coat).collect::<String>())?;
    println!("and hears {}", hears(40, &mut ann)?);
    // When Ben has his answer, the clerk has finished with Ann and been back at the bell.
    println!("Ben asks for her first shirt");
    says(&mut ben, "STATUS 1\n")?;
    println!("and hears {}", hears(1, &mut ben)?);
    println!("Both say goodbye");
    for customer in [&mut ann, &mut ben] {
        says(customer, "BYE\n")?;
        println!("and hear {}", hears(1, customer)?);
    }
    Ok(())
}

fn says(customer: &mut BufReader<TcpStream>, words: &str) -> io::Result<()> {
    customer.get_mut().write_all(words.as_bytes())
}

/// Waits for so many answers, and gives the last one.
fn hears(answers: usize, customer: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut answer = String::new();
    for _ in 0..answers {
        answer.clear();
        // A line that has been reset and one that has been closed are the same to her.
        if customer.read_line(&mut answer).unwrap_or(0) == 0 {
            return Err(io::Error::other("the shop has hung up"));
        }
    }
    Ok(answer.trim_end().to_owned())
}
