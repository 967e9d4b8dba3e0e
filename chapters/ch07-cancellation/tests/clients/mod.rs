//! Customers and a shop on one loop.

#![allow(dead_code, reason = "each test file has its own use for a client")]

use ch07_cancellation::both::{Either, select};
use ch07_cancellation::net::{TcpListener, TcpStream};
use ch07_cancellation::shop::Shop;
use ch07_cancellation::task::{AbortOnDrop, spawn};
use ch07_cancellation::yield_now::yield_now;
use futures::io::BufReader;
use futures::{AsyncBufReadExt, AsyncWriteExt};
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::time::Duration;

/// After how many turns that do nothing a silence is called a failure: seconds. A ledger of them fits
/// into memory.
const PATIENCE: u32 = 1_000_000;

/// A customer on the loop of the shop.
pub struct Client(BufReader<TcpStream>);

impl Client {
    pub async fn enters(addr: SocketAddrV4) -> Client {
        Client(BufReader::new(TcpStream::connect(addr).await.unwrap()))
    }

    pub async fn says(&mut self, line: &str) {
        self.0.get_mut().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// Waits for a line that the shop has nothing to wait for to say. The clock stands still.
    pub async fn hears(&mut self) -> String {
        while_time_stands_still(self.hears_later()).await
    }

    /// Waits for a line, and time may pass.
    pub async fn hears_later(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    /// Says a line, and waits for the answer. The clock stands still.
    pub async fn asks(&mut self, line: &str) -> String {
        self.says(line).await;
        self.hears().await
    }

    /// Says a line, and waits for the answer, and time may pass.
    pub async fn asks_and_waits(&mut self, line: &str) -> String {
        self.says(line).await;
        self.hears_later().await
    }

    /// Waits until the shop closes. Gives what it said before.
    pub async fn hears_the_rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            match self.0.read_line(&mut line).await {
                Ok(0) => return lines,
                Ok(_) => lines.push(line.trim_end().to_owned()),
                // Something that was said too late has not been read.
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return lines,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// Waits for something that takes no time. What the kernel passes on may take a moment even so, and
/// a virtual clock must not jump in it; so somebody always has something to do.
pub async fn while_time_stands_still<F: Future>(what: F) -> F::Output {
    let busy = async {
        for _ in 0..PATIENCE {
            yield_now().await;
        }
    };
    match select(what, busy).await {
        Either::Left(output) => output,
        Either::Right(()) => panic!("nothing has come of it in {PATIENCE} turns"),
    }
}

/// Opens a shop on the loop that runs on this thread, for as long as that lives.
pub fn open(takes: Duration) -> (Rc<Shop>, SocketAddrV4) {
    let (shop, addr, serving) = open_for_now(takes);
    drop(spawn(serving));
    (shop, addr)
}

/// Opens a shop. Whoever drops the last of the three shuts its door.
pub fn open_for_now(takes: Duration) -> (Rc<Shop>, SocketAddrV4, AbortOnDrop<()>) {
    let any_port = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
    let door = TcpListener::bind(any_port).unwrap();
    let addr = door.local_addr().unwrap();
    let shop = Rc::new(Shop::new(takes));
    let serves = Rc::clone(&shop);
    let serving = spawn(async move {
        serves.serve(&door).await;
    });
    (shop, addr, serving.abort_on_drop())
}

/// Waits until so many are in the shop.
pub async fn until_inside(shop: &Shop, customers: usize) {
    while shop.customers() != customers {
        yield_now().await;
    }
}
