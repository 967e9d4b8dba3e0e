//! How large futures are, alone and in what this chapter puts around them.

use ch07_cancellation::cancel::{Token, or_cancelled};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::shop::Shop;
use ch07_cancellation::timeout::timeout;
use ch07_cancellation::timer::sleep;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

const A_SECOND: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    EventLoop::new()?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let ann = TcpStream::connect(door.local_addr()?).await?;
        let (shop, token) = (Shop::new(A_SECOND), Token::new());
        tell("a visit", &shop.visit(&ann));
        tell("a visit under a token", &token.run(shop.visit(&ann)));
        tell("a nap", &sleep(A_SECOND));
        tell("a nap that can be cancelled", &or_cancelled(sleep(A_SECOND)));
        tell("a nap with a time-out", &timeout(A_SECOND, sleep(A_SECOND)));
        Ok(())
    })
}

fn tell<F>(what: &str, future: &F) {
    println!("{what:<28} {:>5} bytes", size_of_val(future));
}
