//! A customer who says more in one breath than one read takes.

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddrV4, TcpStream};
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let mut phone = TcpStream::connect(door.local_addr()?)?;

    // 42 bytes a line, so that the shop's first read, of 512 bytes, ends behind `PICKUP 1`.
    let mut words: String = (1..=12)
        .map(|n| format!("DROP a silk shirt with a stain, number {n:02}\n"))
        .collect();
    words.push_str("PICKUP 12\n");
    phone.write_all(words.as_bytes())?;
    phone.shutdown(Shutdown::Write)?;

    let shop = Shop::new(Duration::from_millis(1));
    shop.serve(&door.accept()?);

    println!("Ann drops twelve shirts, says PICKUP 12, and hears:");
    let answers: Vec<String> =
        BufReader::new(phone).lines().collect::<io::Result<_>>()?;
    for answer in answers.iter().filter(|answer| !answer.starts_with("TICKET")) {
        println!("  {answer}");
    }
    Ok(())
}
