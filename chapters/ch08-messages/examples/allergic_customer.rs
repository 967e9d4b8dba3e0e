//! Ann is allergic, and her shirt is in the machine already.

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
        let line = BufReader::new(TcpStream::connect(door.local_addr()?).await?);
        let shop = Rc::new(Shop::new(A_MINUTE));
        drop(spawn(async move { shop.serve(&door).await }));

        let mut ann = Ann { line, came: now() };
        ann.asks("DROP silk shirt").await?;
        ann.asks("NOTE 1 no perchloroethylene").await?;
        ann.asks("PICKUP 1").await
    })
}

struct Ann {
    line: BufReader<TcpStream>,
    came: Instant,
}

impl Ann {
    async fn asks(&mut self, words: &str) -> io::Result<()> {
        self.line.write_all(format!("{words}\n").as_bytes()).await?;
        let mut answer = String::new();
        self.line.read_line(&mut answer).await?;
        let time = (now() - self.came).as_secs();
        println!("{time:>3} s  {words:<28} {}", answer.trim_end());
        Ok(())
    }
}
