//! The back door of a loop: what other threads may touch.

use crate::poller::Poller;
use crate::sync::{Arc, Mutex, lock};
use crate::task::Run;
use std::io;
use std::mem;

/// What a loop shares with other threads.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) poller: Poller,
    inbox: Mutex<Inbox>,
}

#[derive(Debug)]
struct Inbox {
    jobs: Vec<Sent>,
    /// The loop waits at the poller, or is about to: whoever brings something must ring.
    asleep: bool,
    /// The loop is gone.
    closed: bool,
}

/// Something for the loop to do.
pub(crate) enum Sent {
    /// Poll the future of this number.
    Future(u64),
    /// Give this task a turn.
    Task(Arc<dyn Run>),
    /// Call this.
    Call(Box<dyn FnOnce() + Send>),
}

impl Outside {
    pub(crate) fn new() -> io::Result<Outside> {
        let inbox = Inbox { jobs: Vec::new(), asleep: false, closed: false };
        Ok(Outside { poller: Poller::new()?, inbox: Mutex::new(inbox) })
    }

    /// Brings the loop a job, and wakes it if it sleeps. A loop that is gone does it no more, and
    /// the job comes back.
    pub(crate) fn send(&self, job: Sent) -> Result<(), Sent> {
        let mut inbox = lock(&self.inbox);
        if inbox.closed {
            return Err(job);
        }
        inbox.jobs.push(job);
        let asleep = mem::take(&mut inbox.asleep);
        drop(inbox);
        if asleep {
            self.poller.notify().expect("the poller can be rung");
        }
        Ok(())
    }

    /// The loop is about to wait. Whether it may: not if something is in the box.
    pub(crate) fn lie_down(&self) -> bool {
        let mut inbox = lock(&self.inbox);
        inbox.asleep = inbox.jobs.is_empty();
        inbox.asleep
    }

    /// The loop is awake, and takes what is in the box.
    pub(crate) fn get_up(&self) -> Vec<Sent> {
        let mut inbox = lock(&self.inbox);
        inbox.asleep = false;
        mem::take(&mut inbox.jobs)
    }

    /// The loop is gone. What is left in the box comes back.
    pub(crate) fn close(&self) -> Vec<Sent> {
        let mut inbox = lock(&self.inbox);
        inbox.closed = true;
        mem::take(&mut inbox.jobs)
    }
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Sent::Future(number) => write!(f, "Future({number})"),
            Sent::Task(task) => write!(f, "Task({})", task.number()),
            Sent::Call(_) => f.write_str("Call"),
        }
    }
}
