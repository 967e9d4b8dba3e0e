//! What goes on meanwhile.

mod clerk;
mod customers;

use ch03_future::shop::visits::Visits;
use ch03_future::yield_now::yield_now;
use clerk::ask;
use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

/// A visit that takes so many polls, and notes all that is done to it.
struct Visit<'a> {
    name: char,
    polls: usize,
    log: &'a RefCell<String>,
}

impl Future for Visit<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<()> {
        assert_ne!(self.polls, 0, "{} was over", self.name);
        self.log.borrow_mut().push(self.name);
        self.polls -= 1;
        if self.polls == 0 { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.name.to_ascii_lowercase());
    }
}

fn taken(log: &RefCell<String>) -> String {
    log.borrow_mut().split_off(0)
}

#[test]
fn each_visit_is_asked_once_a_poll_and_those_that_are_over_are_dropped_once() {
    let log = RefCell::new(String::new());
    let mut visits = Visits::default();
    for (name, polls) in [('A', 2), ('B', 1), ('C', 4), ('D', 2)] {
        visits.begin(Visit { name, polls, log: &log });
    }
    assert_eq!(taken(&log), "", "nobody is asked before it is polled");
    let mut meanwhile = Box::pin(visits.meanwhile(pending::<()>()));
    for heard in ["ABbCD", "AaCDd", "C", "Cc", "", ""] {
        assert!(ask(meanwhile.as_mut()).is_pending());
        assert_eq!(taken(&log), heard);
    }
}

#[test]
fn the_visits_come_first_and_then_the_something_else() {
    let log = RefCell::new(String::new());
    let mut visits = Visits::default();
    visits.begin(Visit { name: 'A', polls: 9, log: &log });
    let something = async {
        log.borrow_mut().push('1');
        yield_now().await;
        log.borrow_mut().push('2');
        "a customer"
    };
    let mut meanwhile = Box::pin(visits.meanwhile(something));
    assert!(ask(meanwhile.as_mut()).is_pending());
    assert_eq!(ask(meanwhile.as_mut()), Poll::Ready("a customer"));
    assert_eq!(taken(&log), "A1A2");
}

#[test]
fn a_visit_goes_on_from_one_meanwhile_to_the_next_where_it_was() {
    let log = RefCell::new(String::new());
    let mut visits = Visits::default();
    visits.begin(Visit { name: 'A', polls: 3, log: &log });
    for (name, heard) in [('B', "A"), ('C', "AB"), ('D', "AaBC"), ('E', "BCD")] {
        assert!(ask(pin!(visits.meanwhile(ready(())))).is_ready());
        assert_eq!(taken(&log), heard);
        visits.begin(Visit { name, polls: 9, log: &log });
    }
}

#[test]
fn a_meanwhile_that_is_dropped_keeps_the_visits() {
    let log = RefCell::new(String::new());
    let mut visits = Visits::default();
    visits.begin(Visit { name: 'A', polls: 9, log: &log });
    assert!(ask(pin!(visits.meanwhile(pending::<()>()))).is_pending());
    assert!(ask(pin!(visits.meanwhile(pending::<()>()))).is_pending());
    assert_eq!(taken(&log), "AA");
    drop(visits);
    assert_eq!(taken(&log), "a");
}

#[test]
fn a_visit_that_panics_takes_the_round_with_it_and_every_visit_is_dropped_once() {
    let log = RefCell::new(String::new());
    let (asked, guard) = (Cell::new(0), Rc::new(()));
    let mut visits = Visits::default();
    visits.begin(Visit { name: 'A', polls: 9, log: &log });
    visits.begin(Visit { name: 'B', polls: 1, log: &log });
    let inside = Rc::clone(&guard);
    visits.begin(async {
        let _inside = inside;
        asked.set(asked.get() + 1);
        panic!("a hole in the shirt");
    });
    visits.begin(Visit { name: 'C', polls: 9, log: &log });
    let round = AssertUnwindSafe(|| ask(pin!(visits.meanwhile(pending::<()>()))));
    let panic = catch_unwind(round).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"a hole in the shirt"));
    assert_eq!((taken(&log), asked.get()), ("ABb".to_owned(), 1));
    drop(visits);
    assert_eq!((taken(&log), Rc::strong_count(&guard)), ("ac".to_owned(), 1));
}

#[test]
fn how_many_visits_go_on_can_be_seen() {
    let mut visits = Visits::default();
    visits.begin(pending());
    visits.begin(pending());
    assert_eq!(format!("{visits:?}"), "Visits { visits: 2 }");
}
