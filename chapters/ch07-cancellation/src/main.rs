//! Opens the shop.

use ch07_cancellation::both::{Either, select};
use ch07_cancellation::event_loop::EventLoop;
use ch07_cancellation::net::TcpListener;
use ch07_cancellation::shop::Shop;
use ch07_cancellation::shop::options::{Options, USAGE};
use ch07_cancellation::signal::Signals;
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
    match open(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the shop on {} is closed: {error}", options.addr);
            ExitCode::FAILURE
        }
    }
}

/// Opens the door and serves, until it is asked to stop; then goes on with those inside for a while.
fn open(options: &Options) -> std::io::Result<()> {
    EventLoop::new()?.block_on(async {
        let door = TcpListener::bind(options.addr)?;
        let signals = Signals::new()?;
        println!("open on {}", door.local_addr()?);
        let shop = Rc::new(Shop::new(options.clean));
        match select(Rc::clone(&shop).serve(&door), signals.next()).await {
            Either::Left(never) => never,
            Either::Right(asked) => asked?,
        }
        drop(door);
        let inside = shop.customers();
        if inside > 0 {
            eprintln!(
                "closing; customers inside: {inside}; once more, and it ends at once"
            );
        }
        // Asked a second time, it goes at once.
        match select(shop.close(options.grace), signals.next()).await {
            Either::Left(Ok(())) => {}
            _ => eprintln!("closed; customers still inside: {}", shop.customers()),
        }
        Ok(())
    })
}
