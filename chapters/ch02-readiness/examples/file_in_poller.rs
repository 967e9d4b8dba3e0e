//! What can be watched, and what cannot.

use ch02_readiness::poller::{Interest, Poller};
use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixStream;

fn main() -> io::Result<()> {
    let poller = Poller::new()?;
    let door = TcpListener::bind("127.0.0.1:0")?;
    let file = File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))?;
    let folder = File::open(env!("CARGO_MANIFEST_DIR"))?;
    let (pair, _other_end) = UnixStream::pair()?;
    println!("a TCP socket:  {}", outcome(poller.add(&door, 1, Interest::READ)));
    println!("a Unix socket: {}", outcome(poller.add(&pair, 2, Interest::READ)));
    println!("a file:        {}", outcome(poller.add(&file, 3, Interest::READ)));
    println!("a folder:      {}", outcome(poller.add(&folder, 4, Interest::READ)));
    Ok(())
}

fn outcome(result: io::Result<()>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "watched".to_owned())
}
