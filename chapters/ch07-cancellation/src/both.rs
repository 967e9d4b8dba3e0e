//! Two futures in one.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Runs two futures side by side, and gives both outputs: asyncio's `gather`, `join` in `futures`.
///
/// Whenever either is woken, both are asked, unless they are done: they share one waker.
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut of_a, mut of_b) = (None, None);
    poll_fn(|context| {
        if of_a.is_none() {
            if let Poll::Ready(output) = a.as_mut().poll(context) {
                of_a = Some(output);
            }
        }
        if of_b.is_none() {
            if let Poll::Ready(output) = b.as_mut().poll(context) {
                of_b = Some(output);
            }
        }
        match (of_a.take(), of_b.take()) {
            (Some(of_a), Some(of_b)) => Poll::Ready((of_a, of_b)),
            (some_a, some_b) => {
                (of_a, of_b) = (some_a, some_b);
                Poll::Pending
            }
        }
    })
    .await
}

/// The output of the one that was first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Either<A, B> {
    /// The first future's.
    Left(A),
    /// The second future's.
    Right(B),
}

/// Runs two futures side by side until either is ready. If both are, the first one wins. The
/// loser is dropped in the middle of what it was doing: `select` in `futures`, which gives it back.
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| {
        if let Poll::Ready(output) = a.as_mut().poll(context) {
            return Poll::Ready(Either::Left(output));
        }
        b.as_mut().poll(context).map(Either::Right)
    })
    .await
}
