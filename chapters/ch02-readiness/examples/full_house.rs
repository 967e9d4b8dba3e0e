//! A shop with room for two, and a third who waits at the door.

use ch02_readiness::net::TcpListener;
use ch02_readiness::shop::Shop;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let mut shop = Shop::open(door, Duration::from_millis(100))?;
    let enter = || TcpStream::connect(addr).map(BufReader::new);
    let (mut ann, mut ben, mut cleo) = (enter()?, enter()?, enter()?);
    let mut taken = take_descriptors(64)?;
    taken.truncate(taken.len() - 2);

    let clerk = thread::spawn(move || -> io::Result<()> {
        shop.turn()?;
        while shop.customers() > 0 {
            shop.turn()?;
        }
        Ok(())
    });
    println!("Ann hears  {}", ask(&mut ann, "DROP silk shirt\n")?);
    println!("Ben hears  {}", ask(&mut ben, "DROP wool coat\n")?);
    println!("Ann hears  {}", ask(&mut ann, "PICKUP 1\n")?);
    println!("Ann hears  {}", ask(&mut ann, "BYE\n")?);
    println!("Cleo hears {}", ask(&mut cleo, "DROP linen hat\n")?);
    println!("Cleo hears {}", ask(&mut cleo, "BYE\n")?);
    println!("Ben hears  {}", ask(&mut ben, "BYE\n")?);
    clerk.join().expect("the clerk does not panic")
}

/// Lowers the limit on descriptors, and takes all that are left below it.
fn take_descriptors(limit: u64) -> io::Result<Vec<File>> {
    let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    // SAFETY: the kernel reads one `rlimit`.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) } < 0 {
        return Err(io::Error::last_os_error());
    }
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    Ok(taken)
}

/// Says a line, and waits for the answer.
fn ask(customer: &mut BufReader<TcpStream>, line: &str) -> io::Result<String> {
    customer.get_mut().write_all(line.as_bytes())?;
    let mut answer = String::new();
    customer.read_line(&mut answer)?;
    Ok(answer.trim_end().to_owned())
}
