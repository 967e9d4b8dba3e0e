//! The shop and its customers, on one thread and one loop.

use ch05_event_loop::both::{Either, join, select};
use ch05_event_loop::clock::{Clock, now};
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::{TcpListener, TcpStream};
use ch05_event_loop::shop::Shop;
use ch05_event_loop::timer::sleep;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::{Duration, Instant};

const A_MINUTE: Duration = Duration::from_secs(60);

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let shop = Shop::new(A_MINUTE);
        let street = Street { addr: door.local_addr()?, opened: now() };
        let ann = street.visit("Ann", 0, "silk shirt");
        let ben = street.visit("Ben", 20, "wool coat");
        let cleo = street.visit("Cleo", 40, "linen hat");
        let Either::Right((of_ann, (of_ben, of_cleo))) =
            select(shop.serve(&door), join(ann, join(ben, cleo))).await;
        of_ann.and(of_ben).and(of_cleo)
    })
}

struct Street {
    addr: SocketAddrV4,
    opened: Instant,
}

impl Street {
    async fn visit(&self, name: &str, comes: u64, garment: &str) -> io::Result<()> {
        sleep(Duration::from_secs(comes)).await;
        let mut line = BufReader::new(TcpStream::connect(self.addr).await?);
        let ticket = self.ask(name, &mut line, &format!("DROP {garment}\n")).await?;
        self.ask(name, &mut line, &ticket.replace("TICKET", "PICKUP")).await?;
        Ok(())
    }

    /// Says a line, and waits for the answer.
    async fn ask(
        &self,
        name: &str,
        line: &mut BufReader<TcpStream>,
        words: &str,
    ) -> io::Result<String> {
        line.write_all(words.as_bytes()).await?;
        let mut answer = String::new();
        line.read_line(&mut answer).await?;
        let time = (now() - self.opened).as_secs();
        println!("{time:>3} s  {name} hears {}", answer.trim_end());
        Ok(answer)
    }
}
