//! A shop that has more to say than its customer wants to hear just now.

use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::{TcpListener, TcpStream};
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use futures::{AsyncReadExt, AsyncWriteExt};
use std::cell::Cell;
use std::error::Error;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::time::Duration;

/// A line as long as the shop may say it.
const LINE: &[u8; 1_024] = &[b'x'; 1_024];
const LINES: usize = 10_000;

/// Says the same thing ten thousand times, and counts.
async fn talk(mut customer: TcpStream, said: Rc<Cell<usize>>) -> io::Result<()> {
    for _ in 0..LINES {
        customer.write_all(LINE).await?;
        said.set(said.get() + 1);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let mut ann = TcpStream::connect(door.local_addr()?).await?;
        let said = Rc::<Cell<usize>>::default();
        let talk = spawn(talk(door.accept().await?, Rc::clone(&said)));
        for hour in 1..=2 {
            sleep(Duration::from_secs(60 * 60)).await;
            println!("lines that the shop has said by {hour} h: {:>9}", said.get());
        }
        let mut bytes = Vec::new();
        ann.read_to_end(&mut bytes).await?;
        println!("lines that Ann hears in the end:    {:>9}", bytes.len() / LINE.len());
        Ok(talk.await??)
    })
}
