//! Opens the shop.

use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::net::TcpListener;
use ch05_event_loop::shop::Shop;
use ch05_event_loop::shop::options::{Options, USAGE};
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
    EventLoop::new()?.block_on(async {
        let door = TcpListener::bind(options.addr)?;
        println!("open on {}", door.local_addr()?);
        Shop::new(options.clean).serve(&door).await
    })
}
