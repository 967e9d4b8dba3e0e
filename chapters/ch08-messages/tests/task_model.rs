//! Thousands of random programs of tasks, on the loop and on a simple model of it.
//!
//! What a task does in a turn is drawn by lot. The lots are the same for both, so what happens is
//! the same, too, if everybody has their turn when they should.

mod notes;

use ch08_messages::clock::Clock;
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::task::{JoinHandle, Outcome, spawn};
use ch08_messages::timer::{Sleep, sleep};
use notes::LastWish;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::mem;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

const PROGRAMS: u64 = if cfg!(miri) { 20 } else { 20_000 };
const TASKS: usize = 12;
/// After so many polls every task that is polled is over.
const POLLS: usize = 80;

/// Lots, and what has happened.
struct Lots {
    state: Cell<u64>,
    polls: Cell<usize>,
    tasks: Cell<usize>,
    log: RefCell<Vec<String>>,
}

impl Lots {
    fn new(seed: u64) -> Lots {
        let state = Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        Lots { state, polls: Cell::new(0), tasks: Cell::new(0), log: RefCell::default() }
    }

    /// A number below this one: xorshift.
    fn draw(&self, below: usize) -> usize {
        let mut x = self.state.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.state.set(x);
        (x >> 33) as usize % below
    }

    fn log(&self, what: String) {
        self.log.borrow_mut().push(what);
    }
}

/// What became of a task: its number, if it came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Over(usize),
    Panicked,
    Cancelled,
}

enum Ending {
    Pending,
    Over,
    Panics,
}

/// Where tasks are. They are known by their numbers; whoever has spawned them does not matter.
trait World {
    fn lots(&self) -> &Lots;
    fn spawn(&self, task: usize);
    /// Calls the waker of a task that has been polled.
    fn wake(&self, task: usize);
    fn drop_handle(&self, task: usize);
    /// Aborts a task, if its handle is there.
    fn abort(&self, task: usize);
    /// Asks the handle, if it is there; it is gone afterwards, if it is ready.
    fn join(&self, task: usize, who: usize) -> Option<Poll<Fate>>;
    fn add_callback(&self, task: usize, number: usize);
    /// Has this task woken then, in place of the moment before.
    fn sleep(&self, who: usize, milliseconds: u64);
    fn now(&self) -> u128;
}

/// One thing that anybody can do anywhere.
fn do_something(world: &dyn World) {
    let lots = world.lots();
    let (what, whom) = (lots.draw(7), lots.draw(lots.tasks.get()));
    match what {
        0 | 1 => world.wake(whom),
        2 if lots.tasks.get() < TASKS => {
            let task = lots.tasks.get();
            lots.tasks.set(task + 1);
            lots.log(format!("spawn {task}"));
            world.spawn(task);
        }
        3 => world.drop_handle(whom),
        4 | 5 => world.add_callback(whom, lots.draw(100)),
        6 => {
            lots.log(format!("abort {whom}"));
            world.abort(whom);
        }
        _ => {}
    }
}

fn poll(world: &dyn World, who: usize) -> Ending {
    let lots = world.lots();
    lots.polls.set(lots.polls.get() + 1);
    lots.log(format!("poll {who} at {}", world.now()));
    for _ in 0..lots.draw(4) {
        match lots.draw(6) {
            0 => world.wake(who),
            1 | 2 => {
                let whom = lots.draw(lots.tasks.get());
                if whom != who {
                    match world.join(whom, who) {
                        Some(Poll::Ready(fate)) => lots.log(format!("{whom}: {fate:?}")),
                        Some(Poll::Pending) => {
                            lots.log(format!("{who} waits for {whom}"))
                        }
                        None => {}
                    }
                }
            }
            3 => world.sleep(who, lots.draw(4) as u64),
            _ => do_something(world),
        }
    }
    match lots.draw(10) {
        _ if lots.polls.get() > POLLS => Ending::Over,
        0..7 => Ending::Pending,
        7..9 => Ending::Over,
        _ => Ending::Panics,
    }
}

/// The future of a task is dropped.
fn last_wish(world: &dyn World, who: usize) {
    world.lots().log(format!("future {who} is gone"));
    if world.lots().draw(3) == 0 {
        do_something(world);
    }
}

fn call(world: &dyn World, task: usize, number: usize, fate: Fate) {
    world.lots().log(format!("call {number}: {task} is {fate:?}"));
    if world.lots().draw(3) == 0 {
        do_something(world);
    }
}

/// The loop itself.
struct Real {
    lots: Lots,
    event_loop: Handle,
    start: std::time::Instant,
    handles: RefCell<BTreeMap<usize, JoinHandle<Output>>>,
    wakers: RefCell<BTreeMap<usize, Waker>>,
    naps: RefCell<BTreeMap<usize, Pin<Box<Sleep>>>>,
}

/// Tells when it is gone.
struct Output(usize, Rc<Real>);

impl Drop for Output {
    fn drop(&mut self) {
        self.1.lots.log(format!("output {} is gone", self.0));
    }
}

fn fate(outcome: &Outcome<Output>) -> Fate {
    match outcome {
        Ok(output) => Fate::Over(output.0),
        Err(error) if error.is_panic() => Fate::Panicked,
        Err(_) => Fate::Cancelled,
    }
}

/// The world, as those see it who own a part of it.
struct Shared(Rc<Real>);

impl World for Shared {
    fn lots(&self) -> &Lots {
        &self.0.lots
    }

    fn spawn(&self, task: usize) {
        let world = Rc::clone(&self.0);
        let at_the_end = Rc::clone(&self.0);
        let wish = LastWish(move || last_wish(&Shared(Rc::clone(&at_the_end)), task));
        let handle = spawn(poll_fn(move |context| {
            let _wish = &wish;
            let stale = world.wakers.borrow_mut().insert(task, context.waker().clone());
            drop(stale);
            match poll(&Shared(Rc::clone(&world)), task) {
                Ending::Pending => Poll::Pending,
                Ending::Over => Poll::Ready(Output(task, Rc::clone(&world))),
                Ending::Panics => resume_unwind(Box::new(task)),
            }
        }));
        self.0.handles.borrow_mut().insert(task, handle);
    }

    fn wake(&self, task: usize) {
        let waker = self.0.wakers.borrow().get(&task).cloned();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn drop_handle(&self, task: usize) {
        let handle = self.0.handles.borrow_mut().remove(&task);
        drop(handle);
    }

    fn abort(&self, task: usize) {
        if let Some(handle) = self.0.handles.borrow().get(&task) {
            handle.abort();
        }
    }

    fn join(&self, task: usize, who: usize) -> Option<Poll<Fate>> {
        let mut handle = self.0.handles.borrow_mut().remove(&task)?;
        let waker = self.0.wakers.borrow()[&who].clone();
        let outcome = Pin::new(&mut handle).poll(&mut Context::from_waker(&waker));
        Some(match outcome {
            Poll::Ready(outcome) => Poll::Ready(fate(&outcome)),
            Poll::Pending => {
                self.0.handles.borrow_mut().insert(task, handle);
                Poll::Pending
            }
        })
    }

    fn add_callback(&self, task: usize, number: usize) {
        let Some(handle) = self.0.handles.borrow_mut().remove(&task) else { return };
        let world = Shared(Rc::clone(&self.0));
        handle
            .add_done_callback(move |outcome| call(&world, task, number, fate(outcome)));
        self.0.handles.borrow_mut().insert(task, handle);
    }

    fn sleep(&self, who: usize, milliseconds: u64) {
        let mut nap = Box::pin(sleep(Duration::from_millis(milliseconds)));
        let waker = self.0.wakers.borrow()[&who].clone();
        let _ = nap.as_mut().poll(&mut Context::from_waker(&waker));
        let stale = self.0.naps.borrow_mut().insert(who, nap);
        drop(stale);
    }

    fn now(&self) -> u128 {
        (ch08_messages::clock::now() - self.0.start).as_millis()
    }
}

/// Runs a program on the loop.
fn on_the_loop(seed: u64) -> Vec<String> {
    let event_loop = EventLoop::with_clock(Clock::Virtual).unwrap();
    let handle = event_loop.handle();
    let world = Rc::new(Real {
        lots: Lots::new(seed),
        event_loop: handle.clone(),
        start: event_loop.block_on(async { ch08_messages::clock::now() }),
        handles: RefCell::default(),
        wakers: RefCell::default(),
        naps: RefCell::default(),
    });
    // By a virtual clock that is when nothing else can go on.
    let the_end = Duration::from_secs(3600);
    let stops = handle.clone();
    handle.call_later(the_end, move || stops.stop().unwrap()).unwrap();
    let begins = Rc::clone(&world);
    handle.call_soon(move || begin(&Shared(begins))).unwrap();
    event_loop.run_forever();
    world.lots.log("the end".into());
    drop(event_loop);
    assert!(world.event_loop.call_soon(|| ()).is_err());
    let left: Vec<usize> = world.handles.borrow().keys().copied().collect();
    for task in left {
        let shared = Shared(Rc::clone(&world));
        let mut handle = world.handles.borrow_mut().remove(&task).unwrap();
        let outcome = Pin::new(&mut handle).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(outcome) = outcome else { panic!("{task} is not over") };
        shared.lots().log(format!("{task}: {:?}", fate(&outcome)));
    }
    world.naps.take();
    // Wakers may be anywhere, and do nothing any more.
    let wakers = world.wakers.take().into_values().collect::<Vec<_>>();
    wakers.iter().for_each(Waker::wake_by_ref);
    if seed % 64 == 0 {
        thread::spawn(move || wakers.into_iter().for_each(Waker::wake)).join().unwrap();
    } else {
        drop(wakers);
    }
    assert_eq!(Rc::strong_count(&world), 1, "program {seed} has left something");
    world.lots.log.take()
}

/// Two tasks to begin with.
fn begin(world: &dyn World) {
    world.lots().tasks.set(2);
    world.spawn(0);
    world.spawn(1);
}

/// The model: a line, and a page for each task.
struct Model {
    lots: Lots,
    line: RefCell<VecDeque<Job>>,
    pages: RefCell<Vec<Page>>,
    /// Who is to be woken when; those of one moment by the number of the timer.
    timers: RefCell<BTreeMap<(u64, usize), usize>>,
    timers_made: Cell<usize>,
    now: Cell<u64>,
    closed: Cell<bool>,
}

#[derive(Clone, Copy)]
enum Job {
    Task(usize),
    Call { task: usize, number: usize },
}

#[derive(Default)]
struct Page {
    polled: bool,
    in_line: bool,
    finished: bool,
    aborted: bool,
    fate: Option<Fate>,
    has_handle: bool,
    /// Others can get at the handle.
    is_given_out: bool,
    joiner: Option<usize>,
    callbacks: Vec<usize>,
    calls: usize,
    nap: Option<(u64, usize)>,
}

impl Model {
    fn page<T>(&self, task: usize, change: impl FnOnce(&mut Page) -> T) -> T {
        change(&mut self.pages.borrow_mut()[task])
    }

    fn run(&self) {
        loop {
            if self.line.borrow().is_empty() {
                let Some(next) = self.timers.borrow().keys().next().copied() else {
                    return;
                };
                self.now.set(next.0);
            }
            while let Some(next) = self.timers.borrow_mut().first_entry() {
                if next.key().0 > self.now.get() {
                    break;
                }
                let task = next.remove();
                self.put_in_line(task);
            }
            let batch = self.line.borrow().len();
            for _ in 0..batch {
                let job = self.line.borrow_mut().pop_front().unwrap();
                match job {
                    Job::Task(task) => self.turn(task),
                    Job::Call { task, number } => {
                        if let Some(fate) = self.page(task, |page| page.fate) {
                            call(self, task, number, fate);
                        }
                        self.call_is_over(task);
                    }
                }
            }
        }
    }

    fn put_in_line(&self, task: usize) {
        if !self.closed.get()
            && !self.page(task, |page| mem::replace(&mut page.in_line, true))
        {
            self.line.borrow_mut().push_back(Job::Task(task));
        }
    }

    fn turn(&self, task: usize) {
        let (is_over, is_aborted) = self.page(task, |page| {
            page.in_line = false;
            page.polled |= !page.finished && !page.aborted;
            (page.finished, page.aborted)
        });
        if is_over {
            return;
        }
        if is_aborted {
            return self.finish(task, Fate::Cancelled);
        }
        match poll(self, task) {
            Ending::Pending => {}
            Ending::Over => self.finish(task, Fate::Over(task)),
            Ending::Panics => self.finish(task, Fate::Panicked),
        }
    }

    fn finish(&self, task: usize, fate: Fate) {
        last_wish(self, task);
        let callbacks = self.page(task, |page| {
            page.fate = Some(fate);
            page.finished = true;
            mem::take(&mut page.callbacks)
        });
        callbacks.into_iter().for_each(|number| self.call_soon(task, number));
        self.tell(task);
    }

    fn call_soon(&self, task: usize, number: usize) {
        self.page(task, |page| page.calls += 1);
        if self.closed.get() {
            self.call_is_over(task);
        } else {
            self.line.borrow_mut().push_back(Job::Call { task, number });
        }
    }

    fn call_is_over(&self, task: usize) {
        self.page(task, |page| page.calls -= 1);
        self.tell(task);
    }

    fn tell(&self, task: usize) {
        if self.page(task, |page| !page.finished || page.calls > 0) {
            return;
        }
        if let Some(joiner) = self.page(task, |page| page.joiner.take()) {
            self.put_in_line(joiner);
        }
        if !self.page(task, |page| page.has_handle) {
            self.fate_is_gone(task);
        }
    }

    fn has_handle(&self, task: usize) -> bool {
        self.page(task, |page| page.has_handle && page.is_given_out)
    }

    fn fate_is_gone(&self, task: usize) {
        if let Some(Fate::Over(number)) = self.page(task, |page| page.fate.take()) {
            self.lots.log(format!("output {number} is gone"));
        }
    }
}

impl World for Model {
    fn lots(&self) -> &Lots {
        &self.lots
    }

    fn spawn(&self, task: usize) {
        self.pages.borrow_mut().push(Page { has_handle: true, ..Page::default() });
        if self.closed.get() {
            self.finish(task, Fate::Cancelled);
        } else {
            self.put_in_line(task);
        }
        self.page(task, |page| page.is_given_out = true);
    }

    fn wake(&self, task: usize) {
        if self.page(task, |page| page.polled) {
            self.put_in_line(task);
        }
    }

    fn drop_handle(&self, task: usize) {
        if self.has_handle(task) {
            self.page(task, |page| (page.has_handle, page.joiner) = (false, None));
            self.tell(task);
        }
    }

    fn abort(&self, task: usize) {
        if self.has_handle(task) && !self.page(task, |page| page.finished) {
            self.page(task, |page| page.aborted = true);
            self.put_in_line(task);
        }
    }

    fn join(&self, task: usize, who: usize) -> Option<Poll<Fate>> {
        if !self.has_handle(task) {
            return None;
        }
        if self.page(task, |page| page.finished && page.calls == 0) {
            let fate = self.page(task, |page| page.fate).unwrap();
            self.fate_is_gone(task);
            self.page(task, |page| page.has_handle = false);
            return Some(Poll::Ready(fate));
        }
        self.page(task, |page| page.joiner = Some(who));
        Some(Poll::Pending)
    }

    fn add_callback(&self, task: usize, number: usize) {
        if !self.has_handle(task) {
            return;
        }
        if self.page(task, |page| page.finished) {
            self.call_soon(task, number);
        } else {
            self.page(task, |page| page.callbacks.push(number));
        }
    }

    fn sleep(&self, who: usize, milliseconds: u64) {
        let nap = (milliseconds > 0).then(|| {
            self.timers_made.set(self.timers_made.get() + 1);
            (self.now.get() + milliseconds, self.timers_made.get())
        });
        let stale = self.page(who, |page| mem::replace(&mut page.nap, nap));
        if let Some(stale) = stale {
            self.timers.borrow_mut().remove(&stale);
        }
        if let Some(nap) = nap {
            self.timers.borrow_mut().insert(nap, who);
        }
    }

    fn now(&self) -> u128 {
        self.now.get().into()
    }
}

/// Runs a program on the model.
fn on_the_model(seed: u64) -> Vec<String> {
    let model = Model {
        lots: Lots::new(seed),
        line: RefCell::default(),
        pages: RefCell::default(),
        timers: RefCell::default(),
        timers_made: Cell::new(0),
        now: Cell::new(0),
        closed: Cell::new(false),
    };
    begin(&model);
    model.run();
    model.lots.log("the end".into());
    model.closed.set(true);
    let tasks = model.lots.tasks.get();
    for task in 0..tasks {
        if !model.page(task, |page| page.finished) {
            model.finish(task, Fate::Cancelled);
        }
    }
    for task in 0..model.lots.tasks.get() {
        if model.page(task, |page| page.has_handle) {
            let fate = model.page(task, |page| page.fate).unwrap();
            model.lots.log(format!("{task}: {fate:?}"));
            model.fate_is_gone(task);
        }
    }
    model.lots.log.take()
}

#[test]
fn thousands_of_random_programs_run_as_the_model_says() {
    let (mut longest, mut happened) = (0, BTreeMap::<&str, u32>::new());
    for seed in 0..PROGRAMS {
        let (expected, log) = (on_the_model(seed), on_the_loop(seed));
        assert_eq!(log, expected, "program {seed}");
        longest = longest.max(log.len());
        for (what, sign) in [
            ("a task waits for another", "waits for"),
            ("a panic is heard of", ": Panicked"),
            ("a task goes with its loop", ": Cancelled"),
            ("a callback is made", "call "),
            ("a task is aborted", "abort "),
            ("a callback hears of an abort", "is Cancelled"),
            ("the clock has jumped", "at 3"),
        ] {
            *happened.entry(what).or_default() +=
                u32::from(log.iter().any(|entry| entry.contains(sign)));
        }
    }
    // Programs in which nothing happens would prove nothing.
    for (what, programs) in happened {
        assert!(cfg!(miri) || u64::from(programs) > PROGRAMS / 30, "{what}: {programs}");
    }
    assert!(cfg!(miri) || longest > 4 * TASKS, "{longest}");
}
