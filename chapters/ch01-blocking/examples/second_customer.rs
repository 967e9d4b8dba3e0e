//! One clerk and two customers: what the second one sees while the first is served.

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::thread;
use std::time::Duration;

fn main() -> io::Result<()> {
    ledger::init();
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let addr = door.local_addr()?;
    let shop = Shop::new(Duration::from_millis(50));

    thread::scope(|scope| {
        let clerk = scope.spawn(|| -> io::Result<()> {
            shop.serve(&door.accept()?);
            shop.serve(&door.accept()?);
            Ok(())
        });

        let mut ann = Customer::enter("Ann", addr)?;
        ann.says("DROP silk shirt")?;
        ann.hears()?;
        let mut ben = Customer::enter("Ben", addr)?;
        ben.says("DROP wool coat")?;
        ben.listens()?;
        ann.says("PICKUP 1")?;
        ann.hears()?;
        ben.listens()?;
        ann.says("BYE")?;
        ann.hears()?;
        ben.hears()?;
        ben.says("BYE")?;
        ben.hears()?;
        clerk.join().expect("the clerk does not panic")
    })
}

/// A customer with a name, on a socket of the standard library.
struct Customer {
    name: &'static str,
    line: BufReader<TcpStream>,
}

impl Customer {
    fn enter(name: &'static str, addr: SocketAddrV4) -> io::Result<Customer> {
        let line = BufReader::new(TcpStream::connect(addr)?);
        println!("{name} is at the door");
        Ok(Customer { name, line })
    }

    fn says(&mut self, line: &str) -> io::Result<()> {
        println!("{} says    {line}", self.name);
        self.line.get_mut().write_all(format!("{line}\n").as_bytes())
    }

    /// Waits for an answer.
    fn hears(&mut self) -> io::Result<()> {
        let mut answer = String::new();
        self.line.read_line(&mut answer)?;
        println!("{} hears   {}", self.name, answer.trim_end());
        Ok(())
    }

    /// Looks whether there is an answer, and does not wait.
    fn listens(&mut self) -> io::Result<()> {
        self.line.get_ref().set_nonblocking(true)?;
        match self.line.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                println!("{} hears   nothing", self.name);
            }
            answer => panic!("{} is being served: {answer:?}", self.name),
        }
        self.line.get_ref().set_nonblocking(false)
    }
}
