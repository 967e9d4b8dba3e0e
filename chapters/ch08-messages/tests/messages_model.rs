//! Thousands of random programs of those who wait in line, on the real thing and on a simple model.
//!
//! Who does what is drawn by lot, and also whoever is woken may do something, in the middle of what
//! woke them, and every message when it is dropped. The lots are the same for both, so what happens
//! is the same, too, if everybody gets what is theirs, in their turn.

use ch08_messages::mpsc::{Receiver, SendError, Sender, TrySendError, channel};
use ch08_messages::notify::{Notified, Notify};
use ch08_messages::semaphore::{Acquire, Permit, Semaphore};
use futures::Stream;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

const PROGRAMS: u64 = if cfg!(miri) { 3 } else { 20_000 };
const STEPS: usize = 60;
/// How many can wait for one thing.
const PLACES: usize = 5;
/// How deep those who are woken may do things inside of one another.
const DEPTH: usize = 4;

/// Lots, and what has happened.
struct Lots {
    state: Cell<u64>,
    depth: Cell<usize>,
    log: RefCell<Vec<String>>,
    made: Cell<usize>,
}

impl Lots {
    fn new(seed: u64) -> Lots {
        let state = Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let (depth, made) = (Cell::new(0), Cell::new(0));
        Lots { state, depth, log: RefCell::default(), made }
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

    /// A number that is given out once: a waker's, or a message's.
    fn number(&self) -> usize {
        self.made.set(self.made.get() + 1);
        self.made.get()
    }
}

/// What one can wait for. In each place of each kind at most one waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Acquire,
    Notified,
    Send,
}

const KINDS: [Kind; 3] = [Kind::Acquire, Kind::Notified, Kind::Send];

/// Those who wait, and what they wait for.
trait World {
    fn lots(&self) -> &Lots;
    /// Polls whoever is in this place, and somebody new if there is nobody.
    fn poll(&self, kind: Kind, place: usize);
    fn leave(&self, kind: Kind, place: usize);
    fn try_acquire(&self);
    /// Gives the oldest permit back.
    fn release(&self);
    fn notify_one(&self);
    fn notify_waiters(&self);
    fn try_send(&self);
    fn recv(&self);
    fn drop_receiver(&self);
    /// One sender fewer, if nobody sends by it.
    fn drop_sender(&self);
    fn available_permits(&self) -> usize;
}

fn do_something(world: &dyn World) {
    let lots = world.lots();
    if lots.depth.get() == DEPTH {
        return;
    }
    lots.depth.set(lots.depth.get() + 1);
    let kind = KINDS[lots.draw(3)];
    let place = lots.draw(PLACES);
    match lots.draw(20) {
        0..6 => world.poll(kind, place),
        6..9 => world.leave(kind, place),
        9 => world.try_acquire(),
        10..12 => world.release(),
        12 => world.notify_one(),
        13 => world.notify_waiters(),
        14 => world.try_send(),
        15..18 => world.recv(),
        18 if lots.draw(6) == 0 => world.drop_receiver(),
        19 => world.drop_sender(),
        _ => {}
    }
    lots.depth.set(lots.depth.get() - 1);
}

fn woken(world: &dyn World, waker: usize) {
    world.lots().log(format!("wake {waker}"));
    if world.lots().draw(2) == 0 {
        do_something(world);
    }
}

fn message_is_gone(world: &dyn World, message: usize) {
    world.lots().log(format!("message {message} is gone"));
    if world.lots().draw(3) == 0 {
        do_something(world);
    }
}

fn run(world: &dyn World) {
    for _ in 0..STEPS {
        do_something(world);
        world.lots().log(format!("{} free", world.available_permits()));
    }
    world.lots().log("the end".into());
    // From now on nobody does anything in the middle of it.
    world.lots().depth.set(DEPTH);
    for kind in KINDS {
        (0..PLACES).for_each(|place| world.leave(kind, place));
    }
    for _ in 0..10 {
        world.release();
        world.drop_sender();
    }
    world.drop_receiver();
    world.lots().log(format!("{} free", world.available_permits()));
}

/// A place where somebody is, or nobody, or somebody who is being asked now.
enum Place<T> {
    Empty,
    Busy,
    Taken(T),
}

impl<T> Place<T> {
    /// Takes whoever is there, to be put back.
    fn take(&mut self) -> Option<T> {
        match mem::replace(self, Place::Busy) {
            Place::Taken(one) => return Some(one),
            was => *self = was,
        }
        None
    }
}

thread_local! {
    /// Wakers must be able to go anywhere, so they find their world here.
    static WORLD: RefCell<Option<Rc<Real>>> = RefCell::default();
}

struct Bell(usize);

impl Wake for Bell {
    fn wake(self: Arc<Bell>) {
        let world = WORLD.with_borrow(Clone::clone).expect("there is a world");
        woken(&Shared(world), self.0);
    }
}

/// Tells when it is dropped.
struct Message(usize);

impl Drop for Message {
    fn drop(&mut self) {
        if let Some(world) = WORLD.with_borrow(Clone::clone) {
            message_is_gone(&Shared(world), self.0);
        }
    }
}

type Waits<T> = RefCell<[Place<T>; PLACES]>;
type Sending = Pin<Box<dyn Future<Output = Result<(), SendError<Message>>>>>;

/// The real thing.
struct Real {
    lots: Lots,
    semaphore: Rc<Semaphore>,
    acquires: Waits<Acquire<Rc<Semaphore>>>,
    permits: RefCell<VecDeque<Permit<Rc<Semaphore>>>>,
    notify: &'static Notify,
    notified: Waits<Notified<'static>>,
    senders: RefCell<Vec<Rc<Sender<Message>>>>,
    sends: Waits<Sending>,
    receiver: RefCell<Place<Receiver<Message>>>,
}

struct Shared(Rc<Real>);

impl Shared {
    fn waker(&self) -> (usize, Waker) {
        let number = self.lots().number();
        (number, Waker::from(Arc::new(Bell(number))))
    }

    /// Asks whoever is in this place; `new` makes somebody, if there is nobody.
    fn ask<F: Future + Unpin>(
        &self,
        waits: &Waits<F>,
        (kind, place): (Kind, usize),
        new: impl FnOnce() -> Option<F>,
    ) -> Option<F::Output> {
        let is_empty = matches!(waits.borrow()[place], Place::Empty);
        let mut one = if is_empty {
            waits.borrow_mut()[place] = Place::Busy;
            let new = new();
            if new.is_none() {
                waits.borrow_mut()[place] = Place::Empty;
            }
            new?
        } else {
            waits.borrow_mut()[place].take()?
        };
        let (number, waker) = self.waker();
        self.lots().log(format!("{kind:?} {place} asks with {number}"));
        let outcome = Pin::new(&mut one).poll(&mut Context::from_waker(&waker));
        let (then, output) = match outcome {
            Poll::Pending => (Place::Taken(one), None),
            Poll::Ready(output) => (Place::Empty, Some(output)),
        };
        waits.borrow_mut()[place] = then;
        output
    }

    fn go<F>(&self, waits: &Waits<F>, (kind, place): (Kind, usize)) {
        let Some(one) = waits.borrow_mut()[place].take() else { return };
        self.lots().log(format!("{kind:?} {place} leaves"));
        waits.borrow_mut()[place] = Place::Empty;
        drop(one);
    }

    fn sender(&self) -> Option<Rc<Sender<Message>>> {
        self.0.senders.borrow().last().cloned()
    }
}

impl World for Shared {
    fn lots(&self) -> &Lots {
        &self.0.lots
    }

    fn poll(&self, kind: Kind, place: usize) {
        let (real, who) = (&self.0, (kind, place));
        match kind {
            Kind::Acquire => {
                let new = || Some(Rc::clone(&real.semaphore).acquire_owned());
                if let Some(permit) = self.ask(&real.acquires, who, new) {
                    self.lots().log(format!("{place} has a permit"));
                    real.permits.borrow_mut().push_back(permit);
                }
            }
            Kind::Notified => {
                let new = || Some(real.notify.notified());
                if self.ask(&real.notified, who, new).is_some() {
                    self.lots().log(format!("{place} is notified"));
                }
            }
            Kind::Send => {
                let new = || -> Option<Sending> {
                    let (sender, message) = (self.sender()?, self.lots().number());
                    let message = Message(message);
                    Some(Box::pin(async move { sender.send(message).await }))
                };
                match self.ask(&real.sends, who, new) {
                    Some(Ok(())) => self.lots().log(format!("{place} has sent")),
                    Some(Err(SendError(message))) => {
                        self.lots().log(format!("{place} has {} back", message.0));
                    }
                    None => {}
                }
            }
        }
    }

    fn leave(&self, kind: Kind, place: usize) {
        let who = (kind, place);
        match kind {
            Kind::Acquire => self.go(&self.0.acquires, who),
            Kind::Notified => self.go(&self.0.notified, who),
            Kind::Send => self.go(&self.0.sends, who),
        }
    }

    fn try_acquire(&self) {
        // Borrows the semaphore, so it is given back at once.
        let permit = self.0.semaphore.try_acquire();
        self.lots().log(format!("tries: {}", permit.is_some()));
    }

    fn release(&self) {
        let permit = self.0.permits.borrow_mut().pop_front();
        drop(permit);
    }

    fn notify_one(&self) {
        self.lots().log("notify one".into());
        self.0.notify.notify_one();
    }

    fn notify_waiters(&self) {
        self.lots().log("notify all".into());
        self.0.notify.notify_waiters();
    }

    fn try_send(&self) {
        let Some(sender) = self.sender() else { return };
        let message = Message(self.lots().number());
        let number = message.0;
        let outcome = sender.try_send(message);
        drop(sender);
        let what = match &outcome {
            Ok(()) => "is sent",
            Err(TrySendError::Full(_)) => "finds no room",
            Err(TrySendError::Closed(_)) => "finds nobody",
        };
        self.lots().log(format!("{number} {what}"));
        drop(outcome);
    }

    fn recv(&self) {
        let receiver = self.0.receiver.borrow_mut().take();
        let Some(mut receiver) = receiver else { return };
        let (number, waker) = self.waker();
        let outcome = Pin::new(&mut receiver).poll_next(&mut Context::from_waker(&waker));
        *self.0.receiver.borrow_mut() = Place::Taken(receiver);
        match outcome {
            Poll::Pending => self.lots().log(format!("receives, with {number}")),
            Poll::Ready(None) => self.lots().log("receives nothing any more".into()),
            Poll::Ready(Some(message)) => {
                self.lots().log(format!("receives {}", message.0));
            }
        }
    }

    fn drop_receiver(&self) {
        let receiver = self.0.receiver.borrow_mut().take();
        let Some(receiver) = receiver else { return };
        self.lots().log("the receiver goes".into());
        *self.0.receiver.borrow_mut() = Place::Empty;
        drop(receiver);
    }

    fn drop_sender(&self) {
        let is_free = self.sender().is_some_and(|sender| Rc::strong_count(&sender) == 2);
        if !is_free {
            return;
        }
        self.lots().log("a sender goes".into());
        let sender = self.0.senders.borrow_mut().pop();
        drop(sender);
    }

    fn available_permits(&self) -> usize {
        self.0.semaphore.available_permits()
    }
}

fn really(seed: u64) -> Vec<String> {
    let lots = Lots::new(seed);
    let (permits, room) = (1 + lots.draw(2), 1 + lots.draw(2));
    let (sender, receiver) = channel(room);
    let senders = vec![Rc::new(sender.clone()), Rc::new(sender)];
    let notify = Box::into_raw(Box::new(Notify::new()));
    let world = Rc::new(Real {
        lots,
        semaphore: Rc::new(Semaphore::new(permits)),
        acquires: RefCell::new([const { Place::Empty }; PLACES]),
        permits: RefCell::default(),
        // SAFETY: it is freed below, after everybody who waits for it has gone.
        notify: unsafe { &*notify },
        notified: RefCell::new([const { Place::Empty }; PLACES]),
        senders: RefCell::new(senders),
        sends: RefCell::new([const { Place::Empty }; PLACES]),
        receiver: RefCell::new(Place::Taken(receiver)),
    });
    WORLD.set(Some(Rc::clone(&world)));
    run(&Shared(Rc::clone(&world)));
    assert_eq!(world.semaphore.available_permits(), permits, "program {seed}");
    WORLD.take();
    let world = Rc::into_inner(world).expect("nobody else has it");
    let log = world.lots.log.take();
    drop(world);
    // SAFETY: it came from a box, and whoever waited for it has gone with the world.
    drop(unsafe { Box::from_raw(notify) });
    log
}

/// A line with numbers: who, whether it is their turn, and whom to wake.
type Line<T> = RefCell<Vec<(usize, T, usize)>>;

/// The model: everything is a list, and nobody is in a hurry.
struct Model {
    lots: Lots,
    free: Cell<usize>,
    acquires: Line<bool>,
    busy: RefCell<Vec<(Kind, usize)>>,
    permits: Cell<usize>,
    rung: Cell<bool>,
    notified: Line<Told>,
    room: Cell<usize>,
    sends: Line<bool>,
    /// What those who send have in their hands.
    hands: RefCell<BTreeMap<usize, usize>>,
    messages: RefCell<VecDeque<usize>>,
    senders: Cell<usize>,
    /// How many use a sender now.
    held: Cell<usize>,
    receiver: Cell<Receiving>,
    receiver_waker: Cell<Option<usize>>,
    closed: Cell<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    No,
    Alone,
    WithAll,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiving {
    Here,
    Busy,
    Gone,
}

/// Takes one thing of which there are so many.
fn take(free: &Cell<usize>) -> bool {
    let is_there = free.get() > 0;
    free.set(free.get() - usize::from(is_there));
    is_there
}

impl Model {
    fn pass_on(&self, line: &Line<bool>, free: &Cell<usize>) {
        let next = line.borrow_mut().iter_mut().find(|one| !one.1).map(|one| {
            one.1 = true;
            one.2
        });
        match next {
            Some(waker) => woken(self, waker),
            None => free.set(free.get() + 1),
        }
    }

    /// Whether it is their turn; if not, they stand in line.
    fn stand(
        &self,
        line: &Line<bool>,
        free: &Cell<usize>,
        who: usize,
        with: usize,
    ) -> bool {
        let at = line.borrow().iter().position(|one| one.0 == who);
        match at {
            None if take(free) => true,
            None => {
                line.borrow_mut().push((who, false, with));
                false
            }
            Some(at) if line.borrow()[at].1 => {
                line.borrow_mut().remove(at);
                true
            }
            Some(at) => {
                line.borrow_mut()[at].2 = with;
                false
            }
        }
    }

    fn leave_line(&self, line: &Line<bool>, free: &Cell<usize>, who: usize) {
        let at = line.borrow().iter().position(|one| one.0 == who);
        let left = at.map(|at| line.borrow_mut().remove(at));
        if left.is_some_and(|one| one.1) {
            self.pass_on(line, free);
        }
    }

    fn wake_receiver(&self) {
        if let Some(waker) = self.receiver_waker.take() {
            woken(self, waker);
        }
    }

    fn is_there(&self, kind: Kind, place: usize) -> bool {
        match kind {
            Kind::Acquire => self.acquires.borrow().iter().any(|one| one.0 == place),
            Kind::Notified => self.notified.borrow().iter().any(|one| one.0 == place),
            Kind::Send => self.hands.borrow().contains_key(&place),
        }
    }

    fn is_busy(&self, kind: Kind, place: usize) -> bool {
        self.busy.borrow().contains(&(kind, place))
    }

    fn send(&self, place: usize, with: usize) -> Option<String> {
        let message = self.hands.borrow()[&place];
        let is_new = !self.sends.borrow().iter().any(|one| one.0 == place);
        if is_new && self.closed.get() {
            return Some(format!("{place} has {message} back"));
        }
        if !self.stand(&self.sends, &self.room, place, with) {
            return None;
        }
        if self.closed.get() {
            self.pass_on(&self.sends, &self.room);
            return Some(format!("{place} has {message} back"));
        }
        self.messages.borrow_mut().push_back(message);
        self.wake_receiver();
        Some(format!("{place} has sent"))
    }
}

impl World for Model {
    fn lots(&self) -> &Lots {
        &self.lots
    }

    fn poll(&self, kind: Kind, place: usize) {
        if self.is_busy(kind, place) {
            return;
        }
        if kind == Kind::Send && !self.is_there(kind, place) {
            if self.senders.get() == 0 {
                return;
            }
            self.hands.borrow_mut().insert(place, self.lots.number());
            self.hold(true);
        }
        self.busy.borrow_mut().push((kind, place));
        let with = self.lots.number();
        self.lots.log(format!("{kind:?} {place} asks with {with}"));
        let over = |what: Option<String>| {
            self.busy.borrow_mut().retain(|one| *one != (kind, place));
            if let Some(what) = what {
                self.lots.log(what);
            }
        };
        match kind {
            Kind::Acquire => {
                let has_it = self.stand(&self.acquires, &self.free, place, with);
                self.permits.set(self.permits.get() + usize::from(has_it));
                over(has_it.then(|| format!("{place} has a permit")));
            }
            Kind::Notified => {
                let at = self.notified.borrow().iter().position(|one| one.0 == place);
                let told = match at {
                    None if self.rung.take() => true,
                    None => {
                        self.notified.borrow_mut().push((place, Told::No, with));
                        false
                    }
                    Some(at) if self.notified.borrow()[at].1 == Told::No => {
                        self.notified.borrow_mut()[at].2 = with;
                        false
                    }
                    Some(at) => {
                        self.notified.borrow_mut().remove(at);
                        true
                    }
                };
                over(told.then(|| format!("{place} is notified")));
            }
            Kind::Send => {
                let said = self.send(place, with);
                let is_back = said.as_ref().is_some_and(|said| said.ends_with("back"));
                let message = said.as_ref().and_then(|_| {
                    self.hold(false);
                    self.hands.borrow_mut().remove(&place)
                });
                over(said);
                if let Some(message) = message.filter(|_| is_back) {
                    message_is_gone(self, message);
                }
            }
        }
    }

    fn leave(&self, kind: Kind, place: usize) {
        if self.is_busy(kind, place) || !self.is_there(kind, place) {
            return;
        }
        self.lots.log(format!("{kind:?} {place} leaves"));
        match kind {
            Kind::Acquire => self.leave_line(&self.acquires, &self.free, place),
            Kind::Notified => {
                let at = self.notified.borrow().iter().position(|one| one.0 == place);
                let left = at.map(|at| self.notified.borrow_mut().remove(at));
                if left.is_some_and(|one| one.1 == Told::Alone) {
                    self.ring_for_one();
                }
            }
            Kind::Send => {
                let message = self.hands.borrow_mut().remove(&place);
                self.leave_line(&self.sends, &self.room, place);
                if let Some(message) = message {
                    message_is_gone(self, message);
                }
                self.hold(false);
            }
        }
    }

    fn try_acquire(&self) {
        let has_one = take(&self.free);
        self.lots.log(format!("tries: {has_one}"));
        if has_one {
            self.pass_on(&self.acquires, &self.free);
        }
    }

    fn release(&self) {
        if take(&self.permits) {
            self.pass_on(&self.acquires, &self.free);
        }
    }

    fn notify_one(&self) {
        self.lots.log("notify one".into());
        self.ring_for_one();
    }

    fn notify_waiters(&self) {
        self.lots.log("notify all".into());
        let mut wakers = Vec::new();
        for one in self.notified.borrow_mut().iter_mut().filter(|one| one.1 == Told::No) {
            one.1 = Told::WithAll;
            wakers.push(one.2);
        }
        wakers.into_iter().for_each(|waker| woken(self, waker));
    }

    fn try_send(&self) {
        if self.senders.get() == 0 {
            return;
        }
        let message = self.lots.number();
        if self.closed.get() {
            self.lots.log(format!("{message} finds nobody"));
            return message_is_gone(self, message);
        }
        if !take(&self.room) {
            self.lots.log(format!("{message} finds no room"));
            return message_is_gone(self, message);
        }
        self.messages.borrow_mut().push_back(message);
        self.hold(true);
        self.wake_receiver();
        self.hold(false);
        self.lots.log(format!("{message} is sent"));
    }

    fn recv(&self) {
        if self.receiver.get() != Receiving::Here {
            return;
        }
        self.receiver.set(Receiving::Busy);
        let with = self.lots.number();
        let message = self.messages.borrow_mut().pop_front();
        if message.is_some() {
            self.pass_on(&self.sends, &self.room);
        } else if self.senders.get() > 0 {
            self.receiver_waker.set(Some(with));
        }
        self.receiver.set(Receiving::Here);
        match message {
            Some(message) => {
                self.lots.log(format!("receives {message}"));
                message_is_gone(self, message);
            }
            None if self.senders.get() > 0 => {
                self.lots.log(format!("receives, with {with}"));
            }
            None => self.lots.log("receives nothing any more".into()),
        }
    }

    fn drop_receiver(&self) {
        if self.receiver.get() != Receiving::Here {
            return;
        }
        self.lots.log("the receiver goes".into());
        self.receiver.set(Receiving::Gone);
        self.closed.set(true);
        let waiting = self.sends.borrow().iter().filter(|one| !one.1).count();
        (0..waiting).for_each(|_| self.pass_on(&self.sends, &self.room));
        self.receiver_waker.take();
        for message in self.messages.take() {
            message_is_gone(self, message);
        }
    }

    fn drop_sender(&self) {
        if self.senders.get() == 0 || self.held.get() > 0 {
            return;
        }
        self.lots.log("a sender goes".into());
        self.senders.set(self.senders.get() - 1);
        if self.senders.get() == 0 {
            self.wake_receiver();
        }
    }

    fn available_permits(&self) -> usize {
        self.free.get()
    }
}

impl Model {
    fn hold(&self, more: bool) {
        let held = self.held.get();
        self.held.set(if more { held + 1 } else { held - 1 });
    }

    fn ring_for_one(&self) {
        let mut line = self.notified.borrow_mut();
        let Some(next) = line.iter_mut().find(|one| one.1 == Told::No) else {
            return self.rung.set(true);
        };
        next.1 = Told::Alone;
        let waker = next.2;
        drop(line);
        woken(self, waker);
    }
}

fn on_the_model(seed: u64) -> Vec<String> {
    let lots = Lots::new(seed);
    let (permits, room) = (1 + lots.draw(2), 1 + lots.draw(2));
    let model = Model {
        lots,
        free: Cell::new(permits),
        acquires: RefCell::default(),
        busy: RefCell::default(),
        permits: Cell::new(0),
        rung: Cell::new(false),
        notified: RefCell::default(),
        room: Cell::new(room),
        sends: RefCell::default(),
        hands: RefCell::default(),
        messages: RefCell::default(),
        senders: Cell::new(2),
        held: Cell::new(0),
        receiver: Cell::new(Receiving::Here),
        receiver_waker: Cell::new(None),
        closed: Cell::new(false),
    };
    run(&model);
    model.lots.log.take()
}

#[test]
fn thousands_of_random_programs_go_as_the_model_says() {
    let mut happened = BTreeMap::<&str, u64>::new();
    for seed in 0..PROGRAMS {
        let (expected, log) = (on_the_model(seed), really(seed));
        if log != expected {
            let at = log.iter().zip(&expected).take_while(|(a, b)| a == b).count();
            let from = at.saturating_sub(25);
            panic!(
                "program {seed}, entry {at}: it was {:?}, the model says {:?}; before that:\n{}",
                log.get(at),
                expected.get(at),
                log[from..at].join("\n")
            );
        }
        let mut made: Vec<&String> =
            log.iter().filter(|entry| entry.ends_with("is gone")).collect();
        made.sort();
        let gone = made.len();
        made.dedup();
        assert_eq!(made.len(), gone, "program {seed}: a message was dropped twice");
        for sign in [
            "has a permit",
            "Acquire 0 leaves",
            "tries: true",
            "tries: false",
            "is notified",
            "has sent",
            "back",
            "finds no room",
            "finds nobody",
            "receives nothing any more",
            "wake",
        ] {
            let is_there = log.iter().any(|entry| entry.contains(sign));
            *happened.entry(sign).or_default() += u64::from(is_there);
        }
    }
    // Programs in which nothing happens would prove nothing.
    for (what, programs) in happened {
        assert!(cfg!(miri) || programs > PROGRAMS / 50, "{what}: {programs}");
    }
}
