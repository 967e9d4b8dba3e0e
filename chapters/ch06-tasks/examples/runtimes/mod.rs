//! Three runtimes of one thread.

use async_executor::LocalExecutor;
use ch06_tasks::event_loop::EventLoop;
use ch06_tasks::task::spawn;
use futures_lite::future::block_on;
use std::io;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

/// What the three can do.
pub trait Runtime {
    fn run<F: Future>(&self, future: F) -> F::Output;

    fn spawn<F: Future<Output = ()> + 'static>(&self, future: F)
    -> impl Future + 'static;
}

impl Runtime for EventLoop {
    fn run<F: Future>(&self, future: F) -> F::Output {
        self.block_on(future)
    }

    fn spawn<F: Future<Output = ()> + 'static>(
        &self,
        future: F,
    ) -> impl Future + 'static {
        spawn(future)
    }
}

pub struct Tokio(tokio::runtime::Runtime, LocalSet);

impl Tokio {
    pub fn new() -> io::Result<Tokio> {
        Ok(Tokio(Builder::new_current_thread().build()?, LocalSet::new()))
    }
}

impl Runtime for Tokio {
    fn run<F: Future>(&self, future: F) -> F::Output {
        self.1.block_on(&self.0, future)
    }

    fn spawn<F: Future<Output = ()> + 'static>(
        &self,
        future: F,
    ) -> impl Future + 'static {
        self.1.spawn_local(future)
    }
}

#[derive(Default)]
pub struct Smol(LocalExecutor<'static>);

impl Runtime for Smol {
    fn run<F: Future>(&self, future: F) -> F::Output {
        block_on(self.0.run(future))
    }

    fn spawn<F: Future<Output = ()> + 'static>(
        &self,
        future: F,
    ) -> impl Future + 'static {
        self.0.spawn(future)
    }
}
