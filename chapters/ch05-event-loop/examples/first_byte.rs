//! One `await`, from the line before it to the line after it.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::handle::Handle;
use ch05_event_loop::net::TcpListener;
use futures::AsyncReadExt;
use std::error::Error;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::sync::mpsc;
use std::thread;

fn main() -> Result<(), Box<dyn Error>> {
    ledger::init();
    EventLoop::new()?.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    // The kernel answers for whoever listens, so this is over before we let her in.
    let mut ann = TcpStream::connect(door.local_addr()?)?;
    let mut customer = door.accept().await?;

    let (speak, may_speak) = mpsc::channel();
    let thread = thread::spawn(move || {
        may_speak.recv().expect("she is asked to");
        ann.write_all(b"DROP silk shirt\n")?;
        Ok::<_, std::io::Error>(ann)
    });
    // It is made in the next turn: when the read below has found nothing.
    Handle::current().call_soon(move || speak.send(()).expect("she listens"))?;

    let mut piece = [0; 512];
    println!("before the await");
    let n = customer.read(&mut piece).await?;
    println!("after the await: {:?}", String::from_utf8_lossy(&piece[..n]));
    let _ann = thread.join().expect("she does not panic")?;
    Ok(())
}
