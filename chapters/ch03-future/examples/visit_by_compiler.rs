//! A visit to the shop, as a future written by the compiler.

use ch03_future::yield_now::yield_now;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

const BAG: [&str; 2] = ["silk shirt", "wool coat"];

/// A visit that has not begun.
pub async fn visit(say: fn(&str)) -> usize {
    say("good morning");
    let mut given = 0;
    for garment in BAG {
        yield_now().await;
        let words = format!("here is a {garment}");
        say(&words);
        given += 1;
    }
    say("goodbye");
    given
}

fn main() {
    let mut visit = pin!(visit(|words| println!("    {words}")));
    let mut context = Context::from_waker(Waker::noop());
    for poll in 1.. {
        println!("poll {poll}");
        match visit.as_mut().poll(&mut context) {
            Poll::Pending => println!("    pending"),
            Poll::Ready(given) => return println!("    ready: {given} garments"),
        }
    }
}
