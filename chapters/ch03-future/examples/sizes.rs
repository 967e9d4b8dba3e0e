//! How many bytes a few futures take: what they keep from one poll to the next.

use ch03_future::executor::block_on;
use ch03_future::net::{TcpListener, TcpStream};
use ch03_future::oneshot;
use ch03_future::ready::until_ready;
use ch03_future::shop::Shop;
use ch03_future::timer::sleep;
use ch03_future::yield_now::yield_now;
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

fn main() -> io::Result<()> {
    let (_promise, receipt) = oneshot::channel::<String>();
    row("an async block that does nothing", &async {});
    row("YieldNow: a flag", &yield_now());
    row("Sleep: a moment", &sleep(Duration::ZERO));
    row("Receiver: a pointer and a flag", &receipt);
    row("512 bytes, used before a stop", &used_before());
    row("512 bytes, kept across a stop", &kept_across());
    row("who awaits the one above", &awaits_it());
    row("who awaits it twice", &awaits_it_twice());
    row("who awaits it in a box", &awaits_it_in_a_box());

    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    let _phone = std::net::TcpStream::connect(door.local_addr()?)?;
    let customer = block_on(until_ready(|| door.accept()))?;
    row("who listens to a customer", &listens(&customer));
    let shop = Shop::new(Duration::ZERO);
    row("a visit to the shop", &shop.visit(customer));
    row("the shop, with its visits in boxes", &shop.serve(&door));
    Ok(())
}

fn row(what: &str, future: &impl Future) {
    println!("{what:<36}{:>4} bytes", size_of_val(future));
}

async fn used_before() -> usize {
    let filled = {
        let piece = [1; 512];
        count(&piece)
    };
    yield_now().await;
    filled
}

async fn kept_across() -> usize {
    let piece = [1; 512];
    yield_now().await;
    count(&piece)
}

async fn awaits_it() -> usize {
    kept_across().await
}

async fn awaits_it_twice() -> usize {
    kept_across().await + kept_across().await
}

async fn awaits_it_in_a_box() -> usize {
    Box::pin(kept_across()).await
}

/// Like a visit to the shop, and half as long.
async fn listens(mut customer: &TcpStream) -> io::Result<usize> {
    let mut piece = [0; 512];
    let bytes = until_ready(|| customer.read(&mut piece)).await?;
    yield_now().await;
    Ok(count(&piece[..bytes]))
}

fn count(piece: &[u8]) -> usize {
    piece.iter().filter(|&&byte| byte == 1).count()
}
