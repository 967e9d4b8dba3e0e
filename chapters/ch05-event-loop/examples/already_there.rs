//! Somebody comes to the door while nobody waits there.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::TcpListener;
use ch05_event_loop::yield_now::yield_now;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let _ann = TcpStream::connect(door.local_addr()?)?;
        println!("Ann comes to the door");
        // Between two turns the loop looks for news, and hears of her.
        yield_now().await;
        println!("the loop has heard of it");
        let _customer = door.accept().await?;
        println!("Ann is in");
        Ok(())
    })
}
