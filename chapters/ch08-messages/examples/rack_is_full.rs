//! A rack with room for one garment, and two customers.

use ch08_messages::clock::{Clock, now};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::shop::Shop;
use ch08_messages::task::spawn;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::time::{Duration, Instant};

const A_MINUTE: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let addr = door.local_addr()?;
        let shop = Rc::new(Shop::with(A_MINUTE, usize::MAX, 1));
        drop(spawn(async move { shop.serve(&door).await }));

        let mut ann = Customer::enters("Ann", addr).await?;
        let mut ben = Customer::enters("Ben", addr).await?;
        ann.says("DROP silk shirt").await?;
        ann.hears().await?;
        ben.says("DROP wool coat").await?;
        ann.says("PICKUP 1").await?;
        ann.hears().await?;
        ben.hears().await
    })
}

struct Customer {
    name: &'static str,
    line: BufReader<TcpStream>,
    came: Instant,
}

impl Customer {
    async fn enters(name: &'static str, addr: SocketAddrV4) -> io::Result<Customer> {
        let line = BufReader::new(TcpStream::connect(addr).await?);
        Ok(Customer { name, line, came: now() })
    }

    async fn says(&mut self, words: &str) -> io::Result<()> {
        self.print("says ", words);
        self.line.write_all(format!("{words}\n").as_bytes()).await
    }

    async fn hears(&mut self) -> io::Result<()> {
        let mut answer = String::new();
        self.line.read_line(&mut answer).await?;
        self.print("hears", answer.trim_end());
        Ok(())
    }

    fn print(&self, verb: &str, words: &str) {
        let time = (now() - self.came).as_secs();
        println!("{time:>3} s  {} {verb} {words}", self.name);
    }
}
