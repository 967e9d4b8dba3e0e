//! Opens the shop.

use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::net::TcpListener;
use ch06_tasks::shop::Shop;
use ch06_tasks::shop::options::{Options, USAGE};
use std::process::ExitCode;
use std::rc::Rc;

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
        Rc::new(Shop::new(options.clean)).serve(&door).await
    })
}
