//! What the sockets promise.

mod customers;
mod run;

use ch05_event_loop::both::{Either, join, select};
use ch05_event_loop::event_loop::EventLoop;
use ch05_event_loop::handle::Handle;
use ch05_event_loop::net::{TcpListener, TcpStream};
use ch05_event_loop::timer::sleep;
use ch05_event_loop::yield_now::yield_now;
use customers::Customer;
use futures::future::join_all;
use futures::io::BufReader;
use futures::stream::{FuturesUnordered, StreamExt};
use futures::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt};
use run::{Count, complaint, door, has_arrived, in_time, pair, run};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::ErrorKind;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// More than the kernel takes at once.
const MUCH: usize = 1 << 24;

/// Polls a future once, with a waker that counts.
fn poll_once<F: Future>(future: Pin<&mut F>) -> (Poll<F::Output>, Arc<Count>) {
    let (count, waker) = Count::waker();
    (future.poll(&mut Context::from_waker(&waker)), count)
}

/// Turns of the loop, until something is so.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        yield_now().await;
    }
}

#[test]
fn a_door_on_port_zero_tells_which_port_it_got() {
    run(async {
        let ((_one, one_addr), (_other, other_addr)) = (door(), door());
        assert_ne!(one_addr.port(), 0);
        assert_ne!(one_addr, other_addr);
        let line = TcpStream::connect(one_addr).await.unwrap();
        assert_eq!(line.peer_addr().unwrap(), one_addr);
    });
}

#[test]
fn an_address_in_use_is_an_error_that_says_so() {
    run(async {
        let (_door, addr) = door();
        let error = TcpListener::bind(addr).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
        assert!(error.to_string().contains("in use"), "{error}");
    });
}

#[test]
fn a_shop_that_closed_on_its_customers_can_open_again_at_once() {
    run(async {
        let (door, addr) = door();
        let mut ann = Customer::enters(addr);
        drop(door.accept().await.unwrap());
        assert!(ann.hears_the_rest().is_empty());
        drop((ann, door));
        TcpListener::bind(addr).unwrap();
    });
}

#[test]
fn customers_come_in_in_the_order_in_which_they_came_to_the_door() {
    run(async {
        let (door, addr) = door();
        let mut customers = [(); 3].map(|()| Customer::enters(addr));
        for (n, customer) in customers.iter_mut().enumerate() {
            let mut line = door.accept().await.unwrap();
            line.write_all(format!("{n}\n").as_bytes()).await.unwrap();
            assert_eq!(customer.hears(), n.to_string());
        }
    });
}

#[test]
fn no_socket_blocks_or_goes_to_a_child_process() {
    run(async {
        let (door, addr) = door();
        let (ours, theirs) = join(TcpStream::connect(addr), door.accept()).await;
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        for socket in [door.as_fd(), ours.as_fd(), theirs.as_fd()] {
            let fd = socket.as_raw_fd();
            // SAFETY: asks for the flags of a descriptor; touches no memory.
            let (of_socket, of_fd) = unsafe {
                (libc::fcntl(fd, libc::F_GETFL), libc::fcntl(fd, libc::F_GETFD))
            };
            assert_eq!(of_socket & libc::O_NONBLOCK, libc::O_NONBLOCK);
            assert_eq!(of_fd & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
        }
    });
}

#[test]
fn every_byte_crosses_as_it_is_and_the_last_is_followed_by_none() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        let said: Vec<u8> = (0..=255).collect();
        theirs.write_all(&said).await.unwrap();
        theirs.close().await.unwrap();
        let mut heard = Vec::new();
        ours.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, said);
        assert_eq!(ours.read(&mut [0; 8]).await.unwrap(), 0);
        // They say no more, but they listen.
        ours.write_all(b"BYE\n").await.unwrap();
        theirs.close().await.unwrap();
        theirs.flush().await.unwrap();
        let mut line = String::new();
        BufReader::new(theirs).read_line(&mut line).await.unwrap();
        assert_eq!(line, "BYE\n");
    });
}

#[test]
fn nothing_is_read_into_no_room() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        theirs.write_all(b"!").await.unwrap();
        assert_eq!(ours.read(&mut []).await.unwrap(), 0);
        assert_eq!(theirs.write(&[]).await.unwrap(), 0);
        let mut heard = [0; 8];
        assert_eq!(ours.read(&mut heard).await.unwrap(), 1);
        assert_eq!(heard[0], b'!');
    });
}

#[test]
fn where_nobody_listens_a_call_is_refused() {
    run(async {
        let (door, addr) = door();
        drop(door);
        let error = TcpStream::connect(addr).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_call_that_is_given_up_hangs_up() {
    run(async {
        let (door, addr) = door();
        drop(poll_once(pin!(TcpStream::connect(addr))));
        let mut customer = door.accept().await.unwrap();
        let heard = customer.read(&mut [0; 8]).await;
        assert!(matches!(heard, Ok(0) | Err(_)), "{heard:?}");
    });
}

#[test]
#[cfg_attr(miri, ignore = "Miri cannot reset a connection")]
fn a_customer_who_vanishes_is_an_error_to_whoever_waits_to_hear_them() {
    run(async {
        let (door, addr) = door();
        let ann = Customer::enters(addr);
        let mut line = door.accept().await.unwrap();
        let vanishes = async {
            yield_now().await;
            ann.vanishes();
        };
        let (heard, ()) = join(line.read(&mut [0; 8]), vanishes).await;
        assert_eq!(heard.unwrap_err().kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn a_customer_who_vanishes_is_an_error_to_one_who_reads_and_to_one_who_writes() {
    run(async {
        let (door, addr) = door();
        let ann = Customer::enters(addr);
        let line = door.accept().await.unwrap();
        let (hears, talks) = (Cell::new(None), Cell::new(None));
        let reads = async {
            hears.set((&line).read(&mut [0; 8]).await.err());
        };
        let writes = async {
            talks.set((&line).write_all(&vec![b'.'; MUCH]).await.err());
        };
        let vanishes = async {
            yield_now().await;
            ann.vanishes();
        };
        join(join(reads, writes), vanishes).await;
        // The kernel tells one of the two, and the other that the line is dead.
        assert!(hears.take().is_some() || talks.take().is_some());
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn one_future_may_read_while_another_writes() {
    run(async {
        let (ours, theirs) = pair().await;
        let sends = async |mut line: &TcpStream, byte: u8| {
            line.write_all(&vec![byte; MUCH]).await.unwrap();
            line.close().await.unwrap();
        };
        let hears = async |mut line: &TcpStream, byte: u8| {
            let mut heard = Vec::new();
            line.read_to_end(&mut heard).await.unwrap();
            assert!(heard.len() == MUCH && heard.iter().all(|b| *b == byte));
        };
        // Nobody listens before there is no more room to write.
        let all_talk = join(sends(&ours, 1), sends(&theirs, 2));
        let all_listen = async {
            for _ in 0..10 {
                yield_now().await;
            }
            join(hears(&ours, 2), hears(&theirs, 1)).await;
        };
        join(all_talk, all_listen).await;
    });
}

#[test]
fn several_who_wait_at_one_door_get_one_customer_each() {
    run(async {
        let (door, addr) = door();
        let door = &door;
        let lets_in = join_all((0..5).map(|_| async move {
            door.accept().await.unwrap().peer_addr().unwrap().port()
        }));
        let come = async {
            yield_now().await;
            let mut customers = Vec::new();
            for _ in 0..5 {
                customers.push(TcpStream::connect(addr).await.unwrap());
                yield_now().await;
            }
            customers
        };
        let (mut ports, customers) = join(lets_in, come).await;
        ports.sort_unstable();
        ports.dedup();
        assert_eq!((ports.len(), customers.len()), (5, 5));
    });
}

#[test]
fn a_customer_at_the_door_wakes_all_who_wait_for_one() {
    run(async {
        let (door, addr) = door();
        let mut waits = [(); 3].map(|()| Box::pin(door.accept()));
        let counts = waits.each_mut().map(|accept| poll_once(accept.as_mut()).1);
        let _customer = TcpStream::connect(addr).await.unwrap();
        until(|| counts[0].calls() == 1).await;
        assert_eq!(counts.map(|count| count.calls()), [1; 3]);
    });
}

#[test]
fn one_who_gives_up_waiting_at_a_door_leaves_the_others_waiting_and_no_waker() {
    run(async {
        let (door, addr) = door();
        let mut gives_up = Box::pin(door.accept());
        let mut stays = pin!(door.accept());
        let (_, count) = poll_once(gives_up.as_mut());
        let (_, other) = poll_once(stays.as_mut());
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&other)), (2, 2));
        drop(gives_up);
        assert_eq!((Arc::strong_count(&count), Arc::strong_count(&other)), (1, 2));
        let _customer = TcpStream::connect(addr).await.unwrap();
        until(|| other.calls() == 1).await;
        stays.await.unwrap();
        assert_eq!(count.calls(), 0);
    });
}

#[test]
fn a_customer_whose_accept_was_given_up_is_let_in_by_the_next() {
    run(async {
        let (door, addr) = door();
        let mut gives_up = Box::pin(door.accept());
        let (_, count) = poll_once(gives_up.as_mut());
        let _customer = TcpStream::connect(addr).await.unwrap();
        until(|| count.calls() == 1).await;
        drop(gives_up);
        door.accept().await.unwrap();
    });
}

#[test]
fn of_two_polls_of_one_stream_the_last_is_woken() {
    run(async {
        let (ours, mut theirs) = pair().await;
        let (mut one, mut other) = (&ours, &ours);
        let (mut room, mut more) = ([0], [0]);
        let (_, stale) = poll_once(pin!(one.read(&mut room)));
        let (_, fresh) = poll_once(pin!(other.read(&mut more)));
        assert_eq!((Arc::strong_count(&stale), Arc::strong_count(&fresh)), (1, 2));
        theirs.write_all(b"!").await.unwrap();
        until(|| fresh.calls() == 1).await;
        assert_eq!(stale.calls(), 0);
        drop(ours);
        assert_eq!(Arc::strong_count(&fresh), 1);
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn a_reader_is_not_woken_by_room_to_write_nor_a_writer_by_words() {
    run(async {
        let (ours, theirs) = pair().await;
        let much = vec![b'.'; MUCH];
        let (mut reads, mut writes) = (&ours, &ours);
        let mut room = [0];
        let (polled, reader) = poll_once(pin!(reads.read(&mut room)));
        assert!(polled.is_pending());
        let (polled, writer) = poll_once(pin!(writes.write_all(&much)));
        assert!(polled.is_pending());
        // What was news before is heard in the next turns.
        for _ in 0..3 {
            yield_now().await;
        }
        let (of_reader, of_writer) = (reader.calls(), writer.calls());
        (&theirs).write_all(b"!").await.unwrap();
        has_arrived(&ours);
        for _ in 0..3 {
            yield_now().await;
        }
        assert_eq!(reader.calls(), of_reader + 1);
        // Each event of epoll tells of all that is true; room there is none.
        assert_eq!(writer.calls(), of_writer);
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn in_whatever_state_a_socket_is_dropped_nothing_is_watched_any_more() {
    let event_loop = EventLoop::new().unwrap();
    let ((), ledger) = ledger::record(|| {
        event_loop.block_on(async {
            let (door, addr) = door();
            // Given up while it calls, while it is refused, while it waits, before its first poll.
            drop(poll_once(pin!(TcpStream::connect(addr))));
            drop(TcpStream::connect(addr));
            drop(poll_once(pin!(door.accept())));
            drop(door.accept());
            let (ours, mut theirs) = pair().await;
            let mut reads = &ours;
            drop(poll_once(pin!(reads.read(&mut [0]))));
            let mut writes = &ours;
            drop(poll_once(pin!(writes.write_all(&vec![b'.'; MUCH]))));
            // With news that nobody has heard, after the end, after the other end is gone.
            theirs.write_all(b"!").await.unwrap();
            theirs.close().await.unwrap();
            drop(theirs);
            drop(ours);
            drop(door);
            TcpStream::connect(addr).await.unwrap_err();
        });
    });
    let count = |verb| ledger.iter().filter(|entry| entry.verb == verb).count();
    assert!(count("arm") > 5, "{ledger}");
    assert_eq!(count("arm"), count("disarm"), "{ledger}");
    assert_eq!(count("arm"), count("close"), "{ledger}");
}

#[test]
fn a_waker_may_do_as_it_likes_when_a_socket_calls_or_drops_it() {
    thread_local! {
        static LINES: RefCell<Vec<Rc<TcpStream>>> = const { RefCell::new(Vec::new()) };
        static DOOR: RefCell<Option<Rc<TcpListener>>> = const { RefCell::new(None) };
    }
    /// Asks every socket, drops one, makes one, and leaves a call.
    fn lives() {
        let (lines, last) = LINES.with_borrow_mut(|lines| (lines.clone(), lines.pop()));
        for mut line in lines.iter().map(|line| &**line) {
            drop(poll_once(pin!(line.read(&mut [0]))));
        }
        drop((lines, last));
        if let Some(door) = DOOR.with_borrow(Clone::clone) {
            drop(poll_once(pin!(door.accept())));
        }
        drop(poll_once(pin!(door().0.accept())));
        Handle::current().call_soon(|| ()).unwrap();
    }
    struct Lively;
    impl Wake for Lively {
        fn wake(self: Arc<Lively>) {
            lives();
        }
    }
    impl Drop for Lively {
        fn drop(&mut self) {
            lives();
        }
    }
    run(async {
        let lively = || Waker::from(Arc::new(Lively));
        let mut ends = Vec::new();
        for _ in 0..10 {
            let (ours, theirs) = pair().await;
            let ours = Rc::new(ours);
            for _ in 0..3 {
                LINES.with_borrow_mut(|lines| lines.push(Rc::clone(&ours)));
                let (waker, mut line) = (lively(), &*ours);
                let mut context = Context::from_waker(&waker);
                let _ = Pin::new(&mut line).poll_read(&mut context, &mut [0]);
            }
            LINES.with_borrow_mut(|lines| lines.push(ours));
            ends.push(theirs);
        }
        let (door, addr) = door();
        let door = Rc::new(door);
        DOOR.set(Some(Rc::clone(&door)));
        let mut accepts = [(); 3].map(|()| Box::pin(door.accept()));
        for accept in &mut accepts {
            for waker in [lively(), lively()] {
                let _ = accept.as_mut().poll(&mut Context::from_waker(&waker));
            }
        }
        let [given_up, waits, too] = accepts;
        drop(given_up);
        let _customer = TcpStream::connect(addr).await.unwrap();
        for end in &mut ends {
            let _ = end.write_all(b"!").await;
            yield_now().await;
        }
        drop((waits, too, DOOR.take(), LINES.take(), ends));
        yield_now().await;
    });
}

/// Reads what is ready at once, for ever: the other end has said its last.
async fn never_rests(mut line: &TcpStream) {
    while line.read(&mut [0; 8]).await.unwrap() == 0 {}
}

#[test]
#[cfg_attr(miri, ignore = "so many calls take Miri too long")]
fn a_socket_that_is_always_ready_keeps_neither_timers_nor_other_sockets_waiting() {
    run(async {
        let (ours, mut theirs) = pair().await;
        theirs.close().await.unwrap();
        let (mut quiet, mut friend) = pair().await;
        let others = async {
            sleep(Duration::from_millis(1)).await;
            for n in 0..100 {
                friend.write_all(&[n]).await.unwrap();
                let mut heard = [0];
                quiet.read_exact(&mut heard).await.unwrap();
                assert_eq!(heard, [n]);
            }
        };
        // It is asked first in every turn, and has the same waker.
        let first = select(never_rests(&ours), others).await;
        assert_eq!(first, Either::Right(()));
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many calls take Miri too long")]
fn many_sockets_that_are_always_ready_keep_no_other_waiting() {
    const MANY: usize = if cfg!(miri) { 5 } else { 200 };
    run(async {
        let mut lines = Vec::new();
        for _ in 0..MANY {
            let (ours, mut theirs) = pair().await;
            theirs.close().await.unwrap();
            lines.push((ours, theirs));
        }
        let mut busy: FuturesUnordered<_> =
            lines.iter().map(|(ours, _)| never_rests(ours)).collect();
        let (door, addr) = door();
        let others = async {
            for _ in 0..10 {
                let (ours, theirs) = join(TcpStream::connect(addr), door.accept()).await;
                let (mut ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
                theirs.write_all(b"!").await.unwrap();
                ours.read_exact(&mut [0]).await.unwrap();
            }
        };
        let first = select(busy.next(), others).await;
        assert_eq!(first, Either::Right(()));
    });
}

#[test]
#[cfg_attr(miri, ignore = "so many calls take Miri too long")]
fn a_socket_can_be_used_by_calls_for_ever() {
    let event_loop = EventLoop::new().unwrap();
    let (ours, mut theirs) = event_loop.block_on(pair());
    event_loop.block_on(theirs.close()).unwrap();
    let reads = Rc::new(Cell::new(0));
    fn read_again(handle: Handle, line: Rc<TcpStream>, reads: Rc<Cell<u32>>) {
        let mut context = Context::from_waker(Waker::noop());
        let mut stream = &*line;
        if Pin::new(&mut stream).poll_read(&mut context, &mut [0]).is_ready() {
            reads.set(reads.get() + 1);
        }
        if reads.get() == 1000 {
            return handle.stop().unwrap();
        }
        let again = handle.clone();
        handle.call_soon(move || read_again(again, line, reads)).unwrap();
    }
    let handle = event_loop.handle();
    // Should it never be over: after so many turns it is.
    let turns = Rc::new(Cell::new(0));
    fn give_up(handle: Handle, turns: Rc<Cell<u32>>) {
        turns.set(turns.get() + 1);
        assert!(turns.get() < 10_000, "the socket has been refused for ever");
        let again = handle.clone();
        handle.call_soon(move || give_up(again, turns)).unwrap();
    }
    give_up(handle.clone(), turns);
    read_again(handle, Rc::new(ours), Rc::clone(&reads));
    event_loop.run_forever();
    assert_eq!(reads.get(), 1000);
}

#[test]
fn a_socket_needs_a_loop_to_be_made_and_says_so() {
    let event_loop = EventLoop::new().unwrap();
    let (_door, addr) = event_loop.block_on(async { door() });
    let any_port = "127.0.0.1:0".parse().unwrap();
    let none = "no event loop runs on this thread";
    assert!(complaint(|| TcpListener::bind(any_port)).starts_with(none));
    assert!(complaint(|| poll_once(pin!(TcpStream::connect(addr)))).starts_with(none));
}

#[test]
#[cfg_attr(miri, ignore = "so many bytes take Miri too long")]
fn whoever_writes_is_held_until_the_other_listens() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        let sent = Cell::new(0);
        let talks = async {
            let piece = [b'.'; 4096];
            while sent.get() < MUCH {
                sent.set(sent.get() + theirs.write(&piece).await.unwrap());
            }
            drop(theirs);
        };
        let listens = async {
            // Once nothing is taken any more in many turns, they are held.
            let (mut before, mut same) = (usize::MAX, 0);
            while same < 100 {
                yield_now().await;
                same = if sent.get() == before { same + 1 } else { 0 };
                before = sent.get();
            }
            assert!((1..MUCH).contains(&sent.get()), "{} bytes", sent.get());
            let mut heard = Vec::new();
            ours.read_to_end(&mut heard).await.unwrap();
            assert_eq!(heard.len(), sent.get());
        };
        join(talks, listens).await;
    });
}

#[test]
fn a_peer_who_has_closed_is_heard_to_the_end_and_then_told_of() {
    run(async {
        let (mut ours, mut theirs) = pair().await;
        theirs.write_all(b"DROP silk shirt\nBYE\n").await.unwrap();
        drop(theirs);
        let mut heard = String::new();
        ours.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, "DROP silk shirt\nBYE\n");
        // The first words reach a closed door; sooner or later that is known.
        let error = loop {
            if let Err(error) = ours.write(b"READY\n").await {
                break error;
            }
        };
        let gone = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
        assert!(gone.contains(&error.kind()), "{error}");
    });
}

#[test]
fn a_stream_of_another_loop_waits_until_its_own_loop_runs() {
    let (one, other) = (EventLoop::new().unwrap(), EventLoop::new().unwrap());
    let (ours, mut theirs) = one.block_on(pair());
    let mut reads = &ours;
    let mut room = [0];
    let mut hears = pin!(reads.read(&mut room));
    let polled =
        other.block_on(poll_fn(|context| Poll::Ready(hears.as_mut().poll(context))));
    assert!(polled.is_pending());
    one.block_on(in_time(async {
        theirs.write_all(b"!").await.unwrap();
        has_arrived(&ours);
        yield_now().await;
        assert_eq!(hears.await.unwrap(), 1);
    }));
}
