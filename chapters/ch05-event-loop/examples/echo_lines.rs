//! The tools of `futures::io`, on our sockets.

use ch05_event_loop::both::join;
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::{TcpListener, TcpStream};
use futures::io::{BufReader, copy};
use futures::{AsyncBufReadExt, AsyncWriteExt, TryStreamExt};
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};

fn main() -> io::Result<()> {
    ledger::init();
    EventLoop::new()?.block_on(async {
        let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
        let (echoed, called) = join(echo(&door), call(door.local_addr()?)).await;
        println!("{} bytes went there and back", echoed?);
        called
    })
}

/// Says to one customer what they say.
async fn echo(door: &TcpListener) -> io::Result<u64> {
    let customer = door.accept().await?;
    copy(&customer, &mut &customer).await
}

async fn call(addr: SocketAddrV4) -> io::Result<()> {
    let mut line = TcpStream::connect(addr).await?;
    line.write_all("silk shirt\nwool coat\nlinen hat\n".as_bytes()).await?;
    // Nothing more will be said: there, that is the end.
    line.close().await?;
    let mut echoes = BufReader::new(line).lines();
    while let Some(echo) = echoes.try_next().await? {
        println!("the street says: {echo}");
    }
    Ok(())
}
