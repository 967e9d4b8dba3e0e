//! What the poller promises.

mod customers;
mod limit;

use ch08_messages::poller::{Event, Interest, Poller};
use customers::{Customer, WATCHDOG, door, let_in};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

/// For each key of which there is news: whether it is readable, and whether it is writable.
type News = BTreeMap<usize, (bool, bool)>;

const READ: (bool, bool) = (true, false);
const WRITE: (bool, bool) = (false, true);
const BOTH: (bool, bool) = (true, true);

fn wait(poller: &Poller, timeout: Duration) -> News {
    let mut events = Vec::new();
    poller.wait(&mut events, Some(timeout)).unwrap();
    let mut news = News::new();
    // kqueue has an event for each direction, epoll one for both.
    for Event { key, readable, writable } in events {
        let told = news.entry(key).or_default();
        *told = (told.0 | readable, told.1 | writable);
    }
    news
}

/// What there is to tell now.
fn now(poller: &Poller) -> News {
    wait(poller, Duration::ZERO)
}

/// What there is to tell as soon as there is anything.
fn soon(poller: &Poller) -> News {
    let news = wait(poller, WATCHDOG);
    assert!(!news.is_empty(), "the poller has nothing to tell");
    news
}

/// Waits where there is nothing to wait for but a notification.
fn wait_for_a_notification(poller: &Poller) {
    let start = Instant::now();
    assert_eq!(wait(poller, WATCHDOG), nothing());
    assert!(start.elapsed() < WATCHDOG, "nothing ended the wait");
}

fn nothing() -> News {
    News::new()
}

fn pair() -> (UnixStream, UnixStream) {
    UnixStream::pair().unwrap()
}

/// Writes until there is no more room.
fn fill(mut line: impl Write) {
    while line.write(&[b'.'; 4096]).is_ok() {}
}

/// Reads until there is no more to read.
fn drain(mut line: impl Read) {
    while line.read(&mut [0; 4096]).is_ok_and(|n| n > 0) {}
}

#[test]
fn by_level_it_tells_again_until_all_is_read() {
    let (poller, (mut ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ).unwrap();
    assert_eq!(now(&poller), nothing());
    theirs.write_all(b"silk").unwrap();
    assert_eq!(now(&poller), News::from([(7, READ)]));
    ours.read_exact(&mut [0; 3]).unwrap();
    assert_eq!(now(&poller), News::from([(7, READ)]));
    ours.read_exact(&mut [0; 1]).unwrap();
    assert_eq!(now(&poller), nothing());
}

#[test]
fn by_edge_it_tells_once_and_again_when_more_has_come() {
    let (poller, (mut ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ.on_edge()).unwrap();
    theirs.write_all(b"silk").unwrap();
    assert_eq!(now(&poller), News::from([(7, READ)]));
    assert_eq!(now(&poller), nothing());
    ours.read_exact(&mut [0; 1]).unwrap();
    assert_eq!(now(&poller), nothing());
    theirs.write_all(b"!").unwrap();
    assert_eq!(now(&poller), News::from([(7, READ)]));
    assert_eq!(now(&poller), nothing());
}

#[test]
fn by_edge_it_tells_of_what_was_there_before() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    theirs.write_all(b"silk").unwrap();
    poller.add(&ours, 7, Interest::READ.on_edge()).unwrap();
    assert_eq!(now(&poller), News::from([(7, READ)]));
}

#[test]
fn it_tells_of_room_to_write_while_there_is_some() {
    let (poller, (ours, theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::WRITE).unwrap();
    assert_eq!(now(&poller), News::from([(7, WRITE)]));
    ours.set_nonblocking(true).unwrap();
    theirs.set_nonblocking(true).unwrap();
    fill(&ours);
    assert_eq!(now(&poller), nothing());
    drain(&theirs);
    assert_eq!(now(&poller), News::from([(7, WRITE)]));
}

#[test]
fn old_news_is_not_told_again() {
    let poller = Poller::new().unwrap();
    let mut events = vec![Event { key: 1, readable: true, writable: true }];
    poller.wait(&mut events, Some(Duration::ZERO)).unwrap();
    assert_eq!(events, []);
}

#[test]
fn it_tells_of_all_that_are_ready_and_of_no_other() {
    let poller = Poller::new().unwrap();
    let pairs = [(); 3].map(|()| pair());
    for (key, (ours, _)) in pairs.iter().enumerate() {
        poller.add(ours, key, Interest::READ).unwrap();
    }
    (&pairs[0].1).write_all(b"silk").unwrap();
    (&pairs[2].1).write_all(b"wool").unwrap();
    assert_eq!(now(&poller), News::from([(0, READ), (2, READ)]));
}

#[test]
fn it_tells_of_both_directions_at_once() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::BOTH).unwrap();
    assert_eq!(now(&poller), News::from([(7, WRITE)]));
    theirs.write_all(b"silk").unwrap();
    assert_eq!(now(&poller), News::from([(7, BOTH)]));
}

#[test]
fn more_than_it_can_tell_at_once_is_told_in_turns_and_nobody_is_left_out() {
    const MANY: usize = 600;
    limit::raise_to(MANY as u64 + 200);
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    let all: Vec<_> = (0..MANY).map(|_| ours.try_clone().unwrap()).collect();
    for (key, one) in all.iter().enumerate() {
        poller.add(one, key, Interest::READ).unwrap();
    }
    theirs.write_all(b"silk").unwrap();
    let told: BTreeSet<usize> = (0..5).flat_map(|_| now(&poller).into_keys()).collect();
    assert_eq!(told.len(), MANY);
}

#[test]
fn no_interest_is_silence_until_it_is_changed_back() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ).unwrap();
    theirs.write_all(b"silk").unwrap();
    poller.modify(&ours, 7, Interest::NONE).unwrap();
    assert_eq!(now(&poller), nothing());
    poller.modify(&ours, 8, Interest::READ).unwrap();
    assert_eq!(now(&poller), News::from([(8, READ)]));
    poller.modify(&ours, 8, Interest::WRITE).unwrap();
    assert_eq!(now(&poller), News::from([(8, WRITE)]));
}

#[test]
fn what_is_deleted_is_silent_even_if_a_duplicate_of_it_is_open() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ).unwrap();
    let _duplicate = ours.try_clone().unwrap();
    theirs.write_all(b"silk").unwrap();
    poller.delete(&ours).unwrap();
    assert_eq!(now(&poller), nothing());
    drop(ours);
    assert_eq!(now(&poller), nothing());
}

#[test]
fn what_is_deleted_can_be_added_again() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ).unwrap();
    poller.delete(&ours).unwrap();
    poller.add(&ours, 8, Interest::READ).unwrap();
    theirs.write_all(b"silk").unwrap();
    assert_eq!(now(&poller), News::from([(8, READ)]));
}

#[test]
fn what_is_closed_leaves_the_queue() {
    let (poller, (ours, mut theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::READ).unwrap();
    theirs.write_all(b"silk").unwrap();
    drop(ours);
    assert_eq!(now(&poller), nothing());
}

#[test]
#[cfg(target_os = "linux")]
fn on_linux_a_mistake_in_what_is_watched_is_an_error() {
    let (poller, (ours, _theirs)) = (Poller::new().unwrap(), pair());
    let kind = |outcome: std::io::Result<()>| outcome.unwrap_err().kind();
    assert_eq!(kind(poller.modify(&ours, 7, Interest::READ)), ErrorKind::NotFound);
    assert_eq!(kind(poller.delete(&ours)), ErrorKind::NotFound);
    poller.add(&ours, 7, Interest::READ).unwrap();
    assert_eq!(kind(poller.add(&ours, 8, Interest::READ)), ErrorKind::AlreadyExists);
}

#[test]
#[cfg(target_os = "linux")]
fn on_linux_a_file_cannot_be_watched() {
    let poller = Poller::new().unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let file = std::fs::File::open(path).unwrap();
    let error = poller.add(&file, 7, Interest::READ).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
}

#[test]
fn the_key_of_notifications_is_refused() {
    let (poller, (ours, _theirs)) = (Poller::new().unwrap(), pair());
    let error = poller.add(&ours, usize::MAX, Interest::READ).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    poller.add(&ours, usize::MAX - 1, Interest::WRITE.on_edge()).unwrap();
    assert_eq!(now(&poller), News::from([(usize::MAX - 1, WRITE)]));
}

#[test]
fn a_peer_who_says_no_more_is_readable_for_good() {
    let (door, addr) = door();
    let mut ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    let poller = Poller::new().unwrap();
    poller.add(line, 7, Interest::READ).unwrap();
    ann.says_no_more();
    assert_eq!(soon(&poller), News::from([(7, READ)]));
    assert_eq!(line.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(now(&poller), News::from([(7, READ)]));
}

#[test]
fn a_peer_who_vanishes_is_readable_to_whoever_reads() {
    let (door, addr) = door();
    let ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    let poller = Poller::new().unwrap();
    poller.add(line, 7, Interest::READ).unwrap();
    ann.vanishes();
    assert!(soon(&poller)[&7].0);
    line.read(&mut [0; 8]).unwrap_err();
}

#[test]
fn a_peer_who_vanishes_is_readable_and_writable_to_whoever_waits_for_room() {
    let (door, addr) = door();
    let ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    let poller = Poller::new().unwrap();
    poller.add(line, 7, Interest::WRITE).unwrap();
    while !now(&poller).is_empty() {
        fill(line);
    }
    ann.vanishes();
    let start = Instant::now();
    while soon(&poller) != News::from([(7, BOTH)]) {
        assert!(start.elapsed() < WATCHDOG);
    }
    line.write(b"!").unwrap_err();
}

#[test]
#[cfg(target_os = "linux")]
fn on_linux_a_peer_who_vanishes_is_told_of_unasked() {
    let (door, addr) = door();
    let ann = Customer::enters(addr);
    let line = let_in(&door);
    let poller = Poller::new().unwrap();
    poller.add(&line, 7, Interest::NONE).unwrap();
    ann.vanishes();
    assert_eq!(soon(&poller), News::from([(7, BOTH)]));
}

#[test]
fn a_notification_ends_the_wait_of_another_thread() {
    let poller = Poller::new().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| wait_for_a_notification(&poller));
        poller.notify().unwrap();
    });
}

#[test]
fn a_notification_that_nobody_waits_for_ends_the_next_wait() {
    let poller = Poller::new().unwrap();
    poller.notify().unwrap();
    wait_for_a_notification(&poller);
}

#[test]
fn three_notifications_end_one_wait_and_leave_nothing_behind() {
    let poller = Poller::new().unwrap();
    (0..3).for_each(|_| poller.notify().unwrap());
    wait_for_a_notification(&poller);
    let (start, a_while) = (Instant::now(), Duration::from_millis(3));
    assert_eq!(wait(&poller, a_while), nothing());
    assert!(start.elapsed() >= a_while, "the second wait was ended too");
}

#[test]
fn a_notification_does_not_hide_an_event() {
    let (poller, (ours, _theirs)) = (Poller::new().unwrap(), pair());
    poller.add(&ours, 7, Interest::WRITE.on_edge()).unwrap();
    poller.notify().unwrap();
    assert_eq!(now(&poller), News::from([(7, WRITE)]));
}

#[test]
fn a_timeout_never_ends_early() {
    let poller = Poller::new().unwrap();
    for nanoseconds in [1, 999_999, 1_000_000, 1_000_001, 1_500_000, 2_999_999] {
        let timeout = Duration::from_nanos(nanoseconds);
        let start = Instant::now();
        assert_eq!(wait(&poller, timeout), nothing());
        assert!(start.elapsed() >= timeout, "{timeout:?}");
    }
}

#[test]
fn a_timeout_may_be_as_long_as_it_likes() {
    let poller = Poller::new().unwrap();
    let more_than_32_bits = Duration::from_millis(1 << 32);
    for timeout in [more_than_32_bits, Duration::from_secs(u64::MAX), Duration::MAX] {
        thread::scope(|scope| {
            let waits = scope.spawn(|| poller.wait(&mut Vec::new(), Some(timeout)));
            (0..100).for_each(|_| thread::yield_now());
            assert!(!waits.is_finished(), "{timeout:?} is over");
            poller.notify().unwrap();
            waits.join().unwrap().unwrap();
        });
    }
}
