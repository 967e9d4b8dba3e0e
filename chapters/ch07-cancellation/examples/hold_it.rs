//! "How long will you hold on to it?", and "cancel it!", at the counter.

use ch07_cancellation::clock::{Clock, now};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::shop::Shop;
use ch07_cancellation::task::spawn;
use ch07_cancellation::timer::sleep_until;
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
        let (shop, opened) = (Rc::new(Shop::new(A_MINUTE)), now());
        drop(spawn(async move { shop.serve(&door).await }));
        let mut ann = Customer::enters("Ann", addr).await?;
        let mut ben = Customer::enters("Ben", addr).await?;

        ann.asks("DROP silk shirt").await?;
        ann.asks("HOLD 1 2m").await?;
        ben.asks("DROP wool coat").await?;
        ben.asks("HOLD 2 2m").await?;
        ben.asks("HOLD 2 10m").await?;

        ann.asks("DROP linen hat").await?;
        ann.says("PICKUP 3").await?;
        sleep_until(opened + A_MINUTE / 6).await;
        ben.asks("CANCEL 3").await?;
        ann.hears().await?;

        sleep_until(opened + 5 * A_MINUTE).await;
        ann.asks("PICKUP 1").await?;
        ann.asks("STATUS 1").await?;
        ben.asks("CANCEL 2").await?;
        ben.asks("PICKUP 2").await
    })
}

/// Somebody in the shop.
struct Customer {
    name: &'static str,
    line: BufReader<TcpStream>,
    came: Instant,
}

impl Customer {
    /// Comes to the door.
    async fn enters(name: &'static str, addr: SocketAddrV4) -> io::Result<Customer> {
        let line = BufReader::new(TcpStream::connect(addr).await?);
        Ok(Customer { name, line, came: now() })
    }

    /// Says a line.
    async fn says(&mut self, words: &str) -> io::Result<()> {
        self.tells(format!("says {words}"));
        self.line.write_all(format!("{words}\n").as_bytes()).await
    }

    /// Waits for a line, or for the end.
    async fn hears(&mut self) -> io::Result<()> {
        let mut answer = String::new();
        match self.line.read_line(&mut answer).await? {
            0 => self.tells("is shown out".to_owned()),
            _ => self.tells(format!("hears {}", answer.trim_end())),
        }
        Ok(())
    }

    /// Says a line, and waits for the answer.
    async fn asks(&mut self, words: &str) -> io::Result<()> {
        self.says(words).await?;
        self.hears().await
    }

    fn tells(&self, what: String) {
        let time = (now() - self.came).as_secs();
        println!("{time:>4} s  {} {what}", self.name);
    }
}
