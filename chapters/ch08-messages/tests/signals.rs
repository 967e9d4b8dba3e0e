//! Signals that are told. They belong to the whole process, so these tests take turns.

mod customers;

use ch08_messages::both::{Either, join, select};
use ch08_messages::event_loop::EventLoop;
use ch08_messages::handle::Handle;
use ch08_messages::signal::Signals;
use ch08_messages::task::spawn;
use ch08_messages::timer::sleep;
use ch08_messages::yield_now::yield_now;
use customers::{Customer, WATCHDOG};
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::mem;
use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::os::unix::thread::JoinHandleExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

/// How often the handler was called that this process has when nobody has its signals.
static FELL_THROUGH: AtomicUsize = AtomicUsize::new(0);

extern "C" fn falls_through(_signal: libc::c_int) {
    FELL_THROUGH.fetch_add(1, Ordering::SeqCst);
}

/// Has a signal handled so, and gives how it was handled before.
fn handle(signal: libc::c_int, handler: libc::sighandler_t) -> libc::sighandler_t {
    // SAFETY: a `sigaction` is integers, bits and addresses, for which zero is a value; the kernel
    // reads one and writes one. Our handler may be called at any time.
    unsafe {
        let (mut action, mut before): (libc::sigaction, libc::sigaction) =
            (mem::zeroed(), mem::zeroed());
        action.sa_sigaction = handler;
        assert_eq!(libc::sigaction(signal, &raw const action, &raw mut before), 0);
        before.sa_sigaction
    }
}

/// How a signal is handled now.
fn handler_of(signal: libc::c_int) -> libc::sighandler_t {
    // SAFETY: as above; nothing is changed.
    unsafe {
        let mut now: libc::sigaction = mem::zeroed();
        assert_eq!(libc::sigaction(signal, ptr::null(), &raw mut now), 0);
        now.sa_sigaction
    }
}

/// A signal for this thread; its handler has returned when this does.
fn raise(signal: libc::c_int) {
    // SAFETY: takes a number and touches no memory.
    assert_eq!(unsafe { libc::raise(signal) }, 0);
}

fn ours() -> libc::sighandler_t {
    falls_through as extern "C" fn(libc::c_int) as libc::sighandler_t
}

/// A turn for a test. Whatever this process has been handed on, its signals are handled by us.
fn my_turn() -> MutexGuard<'static, ()> {
    static TURNS: Mutex<()> = Mutex::new(());
    let turn = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    handle(libc::SIGINT, ours());
    handle(libc::SIGTERM, ours());
    FELL_THROUGH.store(0, Ordering::SeqCst);
    turn
}

/// Runs a future, but not for ever.
fn run<F: Future>(future: F) -> F::Output {
    let in_time = select(future, async { sleep(WATCHDOG).await });
    match EventLoop::new().unwrap().block_on(in_time) {
        Either::Left(output) => output,
        Either::Right(()) => panic!("nothing has come of it in a minute"),
    }
}

/// Whether there is nothing to tell, in a few turns.
async fn is_quiet(signals: &Signals) -> bool {
    let some_turns = async {
        for _ in 0..5 {
            yield_now().await;
        }
    };
    matches!(select(signals.next(), some_turns).await, Either::Right(()))
}

#[test]
fn both_signals_are_told_whether_one_waits_for_them_already_or_not() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        for signal in [libc::SIGINT, libc::SIGTERM] {
            assert!(is_quiet(&signals).await);
            raise(signal);
            signals.next().await.unwrap();
            assert!(is_quiet(&signals).await);

            Handle::current().call_soon(move || raise(signal)).unwrap();
            signals.next().await.unwrap();
            assert!(is_quiet(&signals).await);
        }
    });
    assert_eq!(FELL_THROUGH.load(Ordering::SeqCst), 0);
}

#[test]
fn a_signal_of_another_thread_wakes_a_loop_that_sleeps() {
    let _turn = my_turn();
    let (tell, told) = mpsc::channel();
    let waits = thread::spawn(move || {
        run(async {
            let signals = Signals::new().unwrap();
            for _ in 0..100 {
                tell.send(()).unwrap();
                signals.next().await.unwrap();
            }
        });
    });
    for round in 0..100 {
        told.recv().unwrap();
        if round % 2 == 0 {
            raise(libc::SIGINT);
        } else {
            // SAFETY: the thread has not been joined, so its handle is still valid.
            unsafe { libc::pthread_kill(waits.as_pthread_t(), libc::SIGTERM) };
        }
    }
    waits.join().unwrap();
}

#[test]
fn many_that_come_at_once_are_told_at_least_once_and_then_it_is_quiet() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        // More than the pair of sockets has room for.
        for signals_at_once in [1, 2, 64, 65, 10_000] {
            (0..signals_at_once).for_each(|_| raise(libc::SIGINT));
            signals.next().await.unwrap();
            let mut told = 1;
            while !is_quiet(&signals).await {
                told += 1;
                assert!(told <= signals_at_once);
            }
            // There is room again.
            raise(libc::SIGTERM);
            signals.next().await.unwrap();
        }
    });
}

#[test]
fn a_wait_that_was_given_up_loses_no_signal() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        assert!(is_quiet(&signals).await);
        let given_up = select(signals.next(), async {
            raise(libc::SIGINT);
        });
        assert!(matches!(given_up.await, Either::Right(())));
        signals.next().await.unwrap();

        // Of two who wait, one at least is told, and the other one if the first has gone.
        let told = async {
            yield_now().await;
            raise(libc::SIGINT);
        };
        let either = select(signals.next(), signals.next());
        join(either, told).await;
    });
}

#[test]
fn the_signals_of_a_process_are_taken_once_at_a_time() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        for _ in 0..2 {
            let error = Signals::new().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::AlreadyExists);
            assert_eq!(error.to_string(), "the signals of this process are taken");
        }
        let elsewhere =
            thread::spawn(|| run(async { Signals::new().unwrap_err().kind() }));
        assert_eq!(elsewhere.join().unwrap(), ErrorKind::AlreadyExists);
        // The one who has them still does.
        raise(libc::SIGINT);
        signals.next().await.unwrap();
        drop(signals);
        let signals = Signals::new().unwrap();
        raise(libc::SIGINT);
        signals.next().await.unwrap();
    });
    // On another loop and another thread, too.
    thread::spawn(|| {
        run(async {
            let signals = Signals::new().unwrap();
            raise(libc::SIGTERM);
            signals.next().await.unwrap();
        });
    })
    .join()
    .unwrap();
}

#[test]
fn signals_are_handled_as_before_when_nobody_has_them_any_more() {
    let _turn = my_turn();
    for before in [libc::SIG_IGN, libc::SIG_DFL, ours()] {
        handle(libc::SIGINT, before);
        run(async {
            let signals = Signals::new().unwrap();
            assert_ne!(handler_of(libc::SIGINT), before);
            assert_ne!(handler_of(libc::SIGTERM), ours());
            drop(Signals::new());
            assert_ne!(handler_of(libc::SIGINT), before);
            // Even if they were ignored, they are told.
            raise(libc::SIGINT);
            signals.next().await.unwrap();
        });
        assert_eq!(handler_of(libc::SIGINT), before);
        assert_eq!(handler_of(libc::SIGTERM), ours());
    }
    assert_eq!(FELL_THROUGH.load(Ordering::SeqCst), 0);
    raise(libc::SIGINT);
    raise(libc::SIGTERM);
    assert_eq!(FELL_THROUGH.load(Ordering::SeqCst), 2);
}

#[test]
fn they_are_handled_as_before_when_the_task_is_aborted_or_panics_or_the_loop_goes() {
    let _turn = my_turn();
    run(async {
        let waits = spawn(async { Signals::new().unwrap().next().await });
        yield_now().await;
        assert_ne!(handler_of(libc::SIGINT), ours());
        waits.abort();
        assert!(waits.await.is_err());
        assert_eq!(handler_of(libc::SIGINT), ours());

        let panics = spawn(async {
            let _signals = Signals::new().unwrap();
            std::panic::resume_unwind(Box::new("a button is missing"))
        });
        let outcome: Result<(), _> = panics.await;
        assert!(outcome.is_err());
        assert_eq!(handler_of(libc::SIGINT), ours());

        drop(spawn(async { Signals::new().unwrap().next().await }));
        yield_now().await;
        assert_ne!(handler_of(libc::SIGINT), ours());
    });
    assert_eq!(handler_of(libc::SIGINT), ours());
}

#[test]
fn what_was_told_to_nobody_is_not_told_to_the_next_who_takes_them() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        (0..100).for_each(|_| raise(libc::SIGINT));
        drop(signals);
        let signals = Signals::new().unwrap();
        assert!(is_quiet(&signals).await);
        raise(libc::SIGINT);
        signals.next().await.unwrap();
    });
}

#[test]
fn whoever_takes_them_without_a_loop_is_told_so_and_has_not_taken_them() {
    let _turn = my_turn();
    let panic = thread::spawn(|| drop(Signals::new())).join().unwrap_err();
    let complaint = panic.downcast_ref::<String>().unwrap();
    assert!(complaint.starts_with("no event loop runs on this thread"), "{complaint}");
    assert_eq!(handler_of(libc::SIGINT), ours());
    run(async { drop(Signals::new().unwrap()) });
}

#[test]
fn a_call_that_a_signal_interrupts_goes_on_and_its_error_is_its_own() {
    let _turn = my_turn();
    run(async {
        let signals = Signals::new().unwrap();
        // Full, so that the handler's own call fails.
        (0..10_000).for_each(|_| raise(libc::SIGINT));
        // SAFETY: takes numbers that no descriptor has, and touches no memory.
        assert_eq!(unsafe { libc::close(-1) }, -1);
        raise(libc::SIGINT);
        let error = io::Error::last_os_error().raw_os_error();
        assert_eq!(error, Some(libc::EBADF));
        signals.next().await.unwrap();
        while !is_quiet(&signals).await {}
    });
    // A read that blocks, of a thread that is interrupted all the time.
    let (ours, theirs) = std::os::unix::net::UnixStream::pair().unwrap();
    run(async {
        let signals = Signals::new().unwrap();
        let (tell, told) = mpsc::channel();
        let reads = thread::spawn(move || {
            let mut heard = [0];
            tell.send(()).unwrap();
            File::from(OwnedFd::from(theirs)).read(&mut heard).map(|n| (n, heard))
        });
        told.recv().unwrap();
        for _ in 0..10_000 {
            // SAFETY: the thread has not been joined, so its handle is still valid.
            unsafe { libc::pthread_kill(reads.as_pthread_t(), libc::SIGINT) };
            thread::yield_now();
            assert!(!reads.is_finished(), "its read was interrupted");
        }
        io::Write::write_all(&mut &ours, b"x").unwrap();
        assert_eq!(reads.join().unwrap().unwrap(), (1, [b'x']));
        signals.next().await.unwrap();
    });
}

/// The shop's program, in a process of its own.
struct Program {
    child: Child,
    addr: SocketAddrV4,
    _says: BufReader<ChildStdout>,
}

impl Program {
    fn opens(args: &[&str]) -> Program {
        Program::opens_with(args, libc::SIG_DFL)
    }

    /// Opens a shop whose process has been handed on this for SIGINT.
    fn opens_with(args: &[&str], handed_on: libc::sighandler_t) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ch08-messages"));
        command.args(["--addr", "127.0.0.1:0"]).args(args);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // SAFETY: between fork and exec only `sigaction` is called, which may be.
        unsafe {
            command.pre_exec(move || {
                handle(libc::SIGINT, handed_on);
                handle(libc::SIGTERM, libc::SIG_DFL);
                Ok(())
            });
        }
        let mut child = command.spawn().unwrap();
        let mut says = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        says.read_line(&mut line).unwrap();
        let addr = line.trim_end().strip_prefix("open on ").expect("it opens");
        let SocketAddr::V4(addr) = addr.parse().unwrap() else { unreachable!() };
        Program { child, addr, _says: says }
    }

    fn hears(&self, signal: libc::c_int) {
        // SAFETY: takes two numbers; the child has not been waited for, so the number is its.
        assert_eq!(unsafe { libc::kill(self.child.id() as i32, signal) }, 0);
    }

    /// Waits for its end: how it went, and what it complained of.
    fn ends(mut self) -> (Option<i32>, String) {
        let mut complaints = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut complaints).unwrap();
        (self.child.wait().unwrap().code(), complaints)
    }
}

const STILL_INSIDE: &str = "closed; customers still inside: 1\n";

/// What a shop says when it begins to close.
fn closing(inside: usize) -> String {
    format!("closing; customers inside: {inside}; once more, and it ends at once\n")
}

impl Drop for Program {
    fn drop(&mut self) {
        // If it has ended, there is nothing to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether nobody listens there.
fn is_shut(addr: SocketAddrV4) -> bool {
    match TcpStream::connect(addr) {
        // It may have called itself.
        Ok(line) => line.local_addr().unwrap() == line.peer_addr().unwrap(),
        Err(error) => error.kind() == ErrorKind::ConnectionRefused,
    }
}

const A_DAY: &str = "86400000";

#[test]
fn the_shop_closes_when_it_is_asked_and_finishes_what_somebody_waits_for() {
    let _turn = my_turn();
    for (signal, handed_on) in [
        (libc::SIGINT, libc::SIG_DFL),
        (libc::SIGTERM, libc::SIG_DFL),
        (libc::SIGINT, libc::SIG_IGN),
    ] {
        let args = ["--clean-ms", "400", "--grace-ms", A_DAY];
        let shop = Program::opens_with(&args, handed_on);
        let [mut ann, mut ben] = [(); 2].map(|()| Customer::enters(shop.addr));
        assert_eq!(ben.asks("DROP wool coat"), "TICKET 1");
        ann.says("DROP silk shirt\nPICKUP 2\n");
        assert_eq!(ann.hears(), "TICKET 2");
        shop.hears(signal);
        // Whoever stands about is shown out; nobody else comes in.
        assert!(ben.hears_the_rest().is_empty());
        assert!(is_shut(shop.addr));
        assert_eq!(ann.hears_the_rest(), ["READY 2 silk shirt"]);
        assert_eq!(shop.ends(), (Some(0), closing(2)));
    }
}

#[test]
fn an_empty_shop_closes_at_once() {
    let _turn = my_turn();
    let shop = Program::opens(&["--grace-ms", A_DAY]);
    let mut ann = Customer::enters(shop.addr);
    assert_eq!(ann.asks("BYE"), "BYE");
    assert!(ann.hears_the_rest().is_empty());
    shop.hears(libc::SIGINT);
    assert_eq!(shop.ends(), (Some(0), String::new()));
}

#[test]
fn a_shop_that_is_asked_again_closes_at_once() {
    let _turn = my_turn();
    let shop = Program::opens(&["--clean-ms", A_DAY, "--grace-ms", A_DAY]);
    let [mut ann, mut ben] = [(); 2].map(|()| Customer::enters(shop.addr));
    ann.says("DROP silk shirt\nPICKUP 1\n");
    assert_eq!(ann.hears(), "TICKET 1");
    assert_eq!(ben.asks("STATUS 1"), "STATUS 1 CLEANING");
    shop.hears(libc::SIGINT);
    // When Ben has been shown out, the first has been heard.
    assert!(ben.hears_the_rest().is_empty());
    assert!(ann.has_heard_nothing());
    shop.hears(libc::SIGTERM);
    assert_eq!(shop.ends(), (Some(0), closing(2) + STILL_INSIDE));
    assert!(ann.hears_the_rest().is_empty());
}

#[test]
fn a_shop_closes_when_its_patience_is_over() {
    let _turn = my_turn();
    for grace in ["0", "1"] {
        let shop = Program::opens(&["--clean-ms", A_DAY, "--grace-ms", grace]);
        let mut ann = Customer::enters(shop.addr);
        ann.says("DROP silk shirt\nPICKUP 1\n");
        assert_eq!(ann.hears(), "TICKET 1");
        shop.hears(libc::SIGINT);
        assert_eq!(shop.ends(), (Some(0), closing(1) + STILL_INSIDE));
        assert!(ann.hears_the_rest().is_empty());
    }
}
