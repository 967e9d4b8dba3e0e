//! Many visits, and one who goes from each to the next.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// The visits that are going on.
#[derive(Default)]
pub struct Visits<'a> {
    visits: FuturesUnordered<Pin<Box<dyn Future<Output = ()> + 'a>>>,
}

impl<'a> Visits<'a> {
    /// One more.
    pub fn begin(&mut self, visit: impl Future<Output = ()> + 'a) {
        self.visits.push(Box::pin(visit));
    }

    /// Waits for something else, and goes on with every visit meanwhile.
    pub async fn meanwhile<F: Future>(&mut self, something: F) -> F::Output {
        let mut something = pin!(something);
        poll_fn(|context| {
            self.go_on(context);
            something.as_mut().poll(context)
        })
        .await
    }

    /// Asks those that have been woken. Those that are over are dropped.
    fn go_on(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(())) = self.visits.poll_next_unpin(context) {}
    }
}

impl fmt::Debug for Visits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visits").field("visits", &self.visits.len()).finish()
    }
}
