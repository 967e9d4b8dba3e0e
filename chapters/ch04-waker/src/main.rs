//! Opens the shop.

use ch04_waker::executor::block_on;
use ch04_waker::net::TcpListener;
use ch04_waker::shop::Shop;
use ch04_waker::shop::options::{Options, USAGE};
use std::process::ExitCode;

fn main() -> ExitCode {
    ledger::init();
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if let Err(error) = open(&options) {
        eprintln!("the shop on {} is closed: {error}", options.addr);
    }
    ExitCode::FAILURE
}

/// Opens the door and serves, for ever; comes back only if it cannot.
fn open(options: &Options) -> std::io::Result<()> {
    let door = TcpListener::bind(options.addr)?;
    let addr = door.local_addr()?;
    let shop = Shop::new(options.clean);
    println!("open on {addr}");
    block_on(shop.serve(&door))
}
