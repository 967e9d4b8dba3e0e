//! Ann waits for her shirt, and others have a question meanwhile.

use ch05_event_loop::both::{Either, join, select};
use ch05_event_loop::clock::Clock;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::{TcpListener, TcpStream};
use ch05_event_loop::oneshot::{Receiver, Sender, channel};
use ch05_event_loop::shop::Shop;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

const A_MINUTE: Duration = Duration::from_secs(60);

type Line = BufReader<TcpStream>;

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::with_clock(Clock::Virtual)?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let addr = door.local_addr()?;
        let shop = Shop::new(A_MINUTE);
        let Either::Right(outcome) = select(shop.serve(&door), visits(addr)).await;
        outcome
    })
}

async fn visits(addr: SocketAddrV4) -> io::Result<()> {
    let (ann, ben, cleo) = (enter(addr).await?, enter(addr).await?, enter(addr).await?);
    let ((tell_ben, ben_is_told), (tell_cleo, cleo_is_told)) = (channel(), channel());
    let (of_ann, (of_ben, of_cleo)) = join(
        wait_for_a_shirt(ann, [tell_ben, tell_cleo]),
        join(ask_for_it("Ben", ben, ben_is_told), ask_for_it("Cleo", cleo, cleo_is_told)),
    )
    .await;
    of_ann.and(of_ben).and(of_cleo)
}

async fn enter(addr: SocketAddrV4) -> io::Result<Line> {
    Ok(BufReader::new(TcpStream::connect(addr).await?))
}

async fn wait_for_a_shirt(mut ann: Line, others: [Sender<()>; 2]) -> io::Result<()> {
    ann.write_all(b"DROP silk shirt\n").await?;
    hear("Ann", &mut ann).await?;
    ann.write_all(b"PICKUP 1\n").await?;
    for other in others {
        other.send(()).expect("they wait for it");
    }
    hear("Ann", &mut ann).await
}

async fn ask_for_it(
    name: &str,
    mut line: Line,
    has_begun: Receiver<()>,
) -> io::Result<()> {
    has_begun.await.expect("Ann begins to wait");
    line.write_all(b"STATUS 1\n").await?;
    hear(name, &mut line).await
}

async fn hear(name: &str, line: &mut Line) -> io::Result<()> {
    let mut answer = String::new();
    line.read_line(&mut answer).await?;
    println!("{name} hears {}", answer.trim_end());
    Ok(())
}
