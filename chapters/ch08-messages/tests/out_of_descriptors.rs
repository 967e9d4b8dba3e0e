//! Leaves this process almost no descriptors, so no other test may run beside it.

mod customers;
mod limit;

use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::TcpListener;
use ch08_messages::shop::Shop;
use customers::Customer;
use ledger::Recorder;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How many customers there is room for.
const ROOM: usize = 3;

#[test]
#[cfg_attr(not(debug_assertions), ignore = "a release build keeps no ledger")]
fn a_shop_that_is_full_serves_those_inside_and_lets_the_others_in_later() {
    let recorder = Recorder::new();
    let heard = recorder.clone();
    let (tell, told) = mpsc::channel();
    let (open, opened) = mpsc::channel();
    thread::spawn(move || {
        let _heard = heard.enter();
        EventLoop::new().unwrap().block_on(async {
            let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
            let door = door.unwrap();
            tell.send(door.local_addr().unwrap()).unwrap();
            opened.recv().unwrap();
            Rc::new(Shop::new(Duration::ZERO)).serve(&door).await
        })
    });
    let addr = told.recv().unwrap();
    let mut inside: Vec<_> = (0..ROOM).map(|_| Customer::enters(addr)).collect();
    let mut outside: Vec<_> = (0..ROOM).map(|_| Customer::enters(addr)).collect();
    limit::leave_room_for(ROOM);
    open.send(()).unwrap();

    outside.iter_mut().for_each(|customer| customer.says("DROP wool coat\n"));
    let start = Instant::now();
    for ticket in 1..=1000 {
        let customer = &mut inside[ticket % ROOM];
        assert_eq!(customer.asks("DROP silk shirt"), format!("TICKET {ticket}"));
    }
    assert!(outside.iter_mut().all(Customer::has_heard_nothing));

    // A full shop looks at its door now and then; it does not stand there and look all the time.
    let ledger = recorder.ledger();
    let looks = ledger.iter().filter(|entry| entry.verb == "accept");
    let looks = looks.filter(|entry| entry.object("error").is_some()).count();
    let now_and_then = 2 + (start.elapsed().as_millis() / 10) as usize;
    assert!((1..now_and_then).contains(&looks), "{looks} looks, not {now_and_then}");
    let wake_ups = ledger.count("unpark");
    // A question costs a wait, a look when the visit has let the others have a word, and another
    // when a task for the garment has got in line.
    assert!(wake_ups < 3 * 1000 + 10 + 2 * now_and_then, "{wake_ups} wake-ups");

    for (leaves, mut comes_in) in inside.into_iter().zip(outside) {
        drop(leaves);
        assert!(comes_in.hears().starts_with("TICKET 1"));
    }
}
