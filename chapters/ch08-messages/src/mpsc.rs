//! A channel: many send, one receives, and there is room for so many messages.

use crate::semaphore::Semaphore;
use futures::Stream;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use tracing::trace;

/// Makes a channel with room for so many messages: `mpsc::channel` in tokio, `Queue` in asyncio. For
/// the tasks of one thread.
///
/// ```
/// use ch08_messages::{event_loop::EventLoop, mpsc};
///
/// let (sender, mut receiver) = mpsc::channel(1);
/// let heard = EventLoop::new()?.block_on(async {
///     sender.send("no perchloroethylene").await.unwrap();
///     receiver.recv().await
/// });
/// assert_eq!(heard, Some("no perchloroethylene"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Panics
/// There is room for none.
pub fn channel<T>(room: usize) -> (Sender<T>, Receiver<T>) {
    assert!(room > 0, "a channel needs room for a message");
    let channel = Rc::new(Channel {
        messages: RefCell::default(),
        room: Semaphore::new(room),
        receiver: RefCell::default(),
        senders: Cell::new(1),
        is_closed: Cell::new(false),
    });
    (Sender { channel: Rc::clone(&channel) }, Receiver { channel })
}

#[derive(Debug)]
struct Channel<T> {
    messages: RefCell<VecDeque<T>>,
    /// A permit for each message that there is room for.
    room: Semaphore,
    /// Whom to wake when there is a message, or will be none.
    receiver: RefCell<Option<Waker>>,
    senders: Cell<usize>,
    /// The receiver is gone.
    is_closed: Cell<bool>,
}

impl<T> Channel<T> {
    fn wake_receiver(&self) {
        let waker = self.receiver.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// The end that sends. Every clone is one more.
#[derive(Debug)]
pub struct Sender<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Sender<T> {
    /// Waits until there is room, and sends. Those who wait are served in the order in which they
    /// came. Dropped before it is ready, it has not sent anything, and the message is dropped.
    ///
    /// # Errors
    /// The receiver is gone; here is the message.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        if self.channel.is_closed.get() {
            return Err(SendError(message));
        }
        let room = self.channel.room.acquire().await;
        if self.channel.is_closed.get() {
            return Err(SendError(message));
        }
        // The message has it now, until it is received.
        mem::forget(room);
        self.channel.messages.borrow_mut().push_back(message);
        self.channel.wake_receiver();
        Ok(())
    }

    /// Sends, if there is room that nobody waits for.
    ///
    /// # Errors
    /// There is none, or the receiver is gone; here is the message.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        if self.channel.is_closed.get() {
            return Err(TrySendError::Closed(message));
        }
        let Some(room) = self.channel.room.try_acquire() else {
            return Err(TrySendError::Full(message));
        };
        mem::forget(room);
        self.channel.messages.borrow_mut().push_back(message);
        self.channel.wake_receiver();
        Ok(())
    }

    /// Whether the receiver is gone.
    pub fn is_closed(&self) -> bool {
        self.channel.is_closed.get()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        self.channel.senders.set(self.channel.senders.get() + 1);
        Sender { channel: Rc::clone(&self.channel) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.channel.senders.set(self.channel.senders.get() - 1);
        if self.channel.senders.get() == 0 {
            self.channel.wake_receiver();
        }
    }
}

/// The end that receives: a `Stream` of messages, which ends when all senders are gone.
#[derive(Debug)]
pub struct Receiver<T> {
    channel: Rc<Channel<T>>,
}

impl<T> Receiver<T> {
    /// Waits for the next message. Nothing comes when all senders are gone, and what they have sent
    /// has been received. Cancel-safe: a message leaves the channel in the poll that gives it.
    pub async fn recv(&mut self) -> Option<T> {
        poll_fn(|context| self.poll_recv(context)).await
    }

    fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
        let message = self.channel.messages.borrow_mut().pop_front();
        if message.is_some() {
            self.channel.room.give_back();
            return Poll::Ready(message);
        }
        if self.channel.senders.get() == 0 {
            return Poll::Ready(None);
        }
        trace!(target: "shop", until = "there is a message", "wait");
        let stale = self.channel.receiver.replace(Some(context.waker().clone()));
        drop(stale);
        Poll::Pending
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_recv(context)
    }
}

impl<T> Drop for Receiver<T> {
    /// Messages that are on their way are dropped. Whoever waits for room is told that there is
    /// nobody to wait for.
    fn drop(&mut self) {
        self.channel.is_closed.set(true);
        for _ in 0..self.channel.room.waiting() {
            self.channel.room.give_back();
        }
        let receiver = self.channel.receiver.take();
        drop(receiver);
        let messages = self.channel.messages.take();
        drop(messages);
    }
}

/// The receiver is gone. The message comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(
    /// What was not sent.
    pub T,
);

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the receiver is gone")
    }
}

impl<T: fmt::Debug> std::error::Error for SendError<T> {}

/// Why a message was not sent at once. It comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no room, or others wait for it.
    Full(T),
    /// The receiver is gone.
    Closed(T),
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TrySendError::Full(_) => "there is no room in the channel",
            TrySendError::Closed(_) => "the receiver is gone",
        })
    }
}

impl<T: fmt::Debug> std::error::Error for TrySendError<T> {}
