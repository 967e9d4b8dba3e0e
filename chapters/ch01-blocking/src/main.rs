//! Opens the shop.

use ch01_blocking::net::TcpListener;
use ch01_blocking::shop::Shop;
use ch01_blocking::shop::options::{Options, USAGE};
use std::process::ExitCode;
use std::sync::Arc;

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
    println!("open on {}", door.local_addr()?);
    let shop = Arc::new(Shop::new(options.clean));
    if options.thread_per_customer {
        shop.thread_per_customer(&door)
    } else {
        shop.one_clerk(&door)
    }
}
