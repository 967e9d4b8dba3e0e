//! What a recording promises.

use std::{fmt, thread};

use ledger::{Ledger, Recorder, Value, record};
use tracing::{trace, trace_span};

#[test]
fn an_event_is_an_entry_with_its_objects_in_order_and_its_line() {
    let (line, ledger) = record(|| {
        trace!(target: "shop", ticket = 7, garment = "silk shirt", "drop");
        line!() - 1
    });

    let [entry] = ledger.entries() else {
        panic!("{ledger}");
    };
    assert_eq!((entry.n, &*entry.actor, &*entry.verb), (1, "clerk", "drop"));
    assert_eq!(entry.number("ticket"), Some(7));
    assert_eq!(entry.text("garment"), Some("silk shirt"));
    assert_eq!(entry.objects[0].to_string(), "ticket 7");
    assert_eq!(entry.objects[1].to_string(), "\"silk shirt\"");
    assert_eq!(entry.at.to_string(), format!("tests/recording.rs:{line}"));
}

#[test]
fn only_the_shop_is_heard() {
    let (_, ledger) = record(|| {
        let _span = trace_span!(target: "elsewhere", "connection").entered();
        tracing::error!(target: "elsewhere", "fire");
        tracing::error!(target: "shop::back", "fire");
        tracing::error!(target: "shop", "open");
    });
    assert_eq!(format!("{ledger:#}"), "clerk  open\n");
}

#[test]
fn the_actor_is_the_innermost_span_however_spans_are_left() {
    let (_, ledger) = record(|| {
        let outer = trace_span!(target: "shop", "task", id = 1);
        let inner = trace_span!(target: "shop", "task", id = 2);
        let left_first = outer.enter();
        let left_last = inner.enter();
        trace!(target: "shop", "poll");
        drop(left_first);
        trace!(target: "shop", "poll");
        drop(left_last);
        trace!(target: "shop", "poll");
    });
    assert_eq!(format!("{ledger:#}"), "task 2  poll\ntask 2  poll\nclerk   poll\n");
}

#[test]
fn a_span_entered_twice_is_left_once_at_a_time() {
    let (_, ledger) = record(|| {
        let task = trace_span!(target: "shop", "task", id = 1);
        task.in_scope(|| {
            task.in_scope(|| trace!(target: "shop", "poll"));
            trace!(target: "shop", "wake");
        });
        trace!(target: "shop", "park");
    });
    assert_eq!(ledger.by("task 1").verbs(), ["poll", "wake"]);
    assert_eq!(ledger.by("clerk").verbs(), ["park"]);
}

#[test]
fn a_task_may_be_polled_on_another_thread_than_it_was_spawned_on() {
    let recorder = Recorder::new();
    let task = {
        let _heard = recorder.enter();
        trace_span!(target: "shop", "task", id = 1)
    };
    let _here = recorder.enter();
    let other = recorder.clone();
    let entered_here = task.enter();
    let moved = task.clone();
    let there = thread::Builder::new().name("clerk 2".into()).spawn(move || {
        let _heard = other.enter();
        trace!(target: "shop", "unpark");
        moved.in_scope(|| trace!(target: "shop", "poll"));
        trace!(target: "shop", "park");
    });
    there.unwrap().join().unwrap();
    drop(entered_here);
    trace!(target: "shop", "join");

    let deeds = format!("{:#}", recorder.ledger());
    assert_eq!(deeds, "clerk 2  unpark\ntask 1   poll\nclerk 2  park\nclerk    join\n");
}

#[test]
fn an_actor_may_learn_its_name_late() {
    let (_, ledger) = record(|| {
        let task = trace_span!(target: "shop", "task", id = tracing::field::Empty);
        task.in_scope(|| trace!(target: "shop", "spawn"));
        task.record("id", 4);
        task.in_scope(|| trace!(target: "shop", "poll"));
    });
    assert_eq!(ledger.actors(), ["task", "task 4"]);
}

#[test]
fn a_descriptor_number_that_is_used_again_gets_a_fresh_name() {
    let (_, ledger) = record(|| {
        trace!(target: "shop", fd = 5, "accept");
        trace!(target: "shop", fd = 9, "accept");
        trace!(target: "shop", fd = 5, "close");
        trace!(target: "shop", fd = 5, "accept");
        trace!(target: "shop", fd = 9, "read");
        trace!(target: "shop", fd = -1, "accept");
    });
    let fds: Vec<_> = ledger.iter().filter_map(|e| e.number("fd")).collect();
    assert_eq!(fds, [1, 2, 1, 3, 2, -1]);
    assert_eq!(ledger.about("fd", 1).verbs(), ["accept", "close"]);
}

#[test]
fn threads_addresses_and_ports_are_renamed_and_nothing_else_is() {
    let (_, ledger) = record(|| {
        let addr = std::net::SocketAddr::from(([127, 0, 0, 1], 40123));
        trace!(target: "shop", %addr, port = 40123, bytes = 40123, "bind");
        trace!(target: "shop", thread = ?thread::current().id(), addr = "127.0.0.1:40123", "bind");
    });
    assert_eq!(
        format!("{ledger:#}"),
        "clerk  bind  addr 1, port 1, bytes 40123\nclerk  bind  thread 1, addr 1\n"
    );
}

#[test]
fn a_customer_cannot_steer_the_readers_terminal() {
    let (_, ledger) = record(|| {
        let sent = "\x1b[2J\nPICKUP";
        trace!(target: "shop", line = sent, raw = %sent, "read");
    });
    assert_eq!(
        format!("{ledger:#}"),
        "clerk  read  \"\\u{1b}[2J\\nPICKUP\", raw \\u{1b}[2J\\nPICKUP\n"
    );
}

#[test]
fn a_value_that_logs_or_panics_while_it_prints_leaves_the_ledger_in_order() {
    struct Bad;
    impl fmt::Debug for Bad {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            trace!(target: "shop", "mutter");
            panic!("a Debug that panics");
        }
    }
    let recorder = Recorder::new();
    let other = recorder.clone();
    let died = thread::spawn(move || {
        let _heard = other.enter();
        trace!(target: "shop", bad = ?Bad, "show");
    });
    died.join().unwrap_err();

    let _heard = recorder.enter();
    trace!(target: "shop", "carry on");
    assert!(recorder.ledger().verbs().ends_with(&["carry on"]));
}

#[test]
fn a_ledger_survives_json_and_every_place_where_it_may_be_cut_off() {
    let (_, whole) = record(|| {
        trace!(target: "shop", fd = 5, line = "a \"quoted\" ], line\n", "read");
        trace!(target: "shop", again = true, interest = ?Some(1), most = u64::MAX, "arm");
        trace!(target: "shop", "park");
    });
    let json = whole.to_json();
    assert_eq!(Ledger::from_json(&json).unwrap(), whole);

    let mut entries_seen = 0;
    for end in 0..json.len() {
        let part =
            Ledger::from_json(&json[..end]).unwrap_or_else(|e| panic!("{end}: {e}"));
        assert_eq!(part.entries(), &whole.entries()[..part.len()]);
        assert!(part.len() >= entries_seen);
        entries_seen = part.len();
    }
    assert_eq!(entries_seen, 3);
}

#[test]
fn what_is_not_a_ledger_is_refused_with_its_line() {
    let error = |json| Ledger::from_json(json).unwrap_err().to_string();
    assert_eq!(error("hello"), "not a ledger: line 1: a ledger starts with `[`");
    assert!(error("[\n{\"n\":1}\n]").starts_with("not a ledger: line 2: missing field"));
    assert!(error("[\n7\n]").starts_with("not a ledger: line 2: "));
}

#[test]
fn text_has_one_aligned_line_an_entry() {
    let (_, ledger) = record(|| {
        trace!(target: "shop", fd = 5, "accept");
        trace_span!(target: "shop", "task", id = 12).in_scope(|| {
            trace!(target: "shop", fd = 5, bytes = 12, "read");
        });
    });
    let first = ledger.entries()[0].at.line;
    assert_eq!(
        ledger.to_string(),
        format!(
            "1  clerk    accept  fd 1            tests/recording.rs:{first}\n\
             2  task 12  read    fd 1, bytes 12  tests/recording.rs:{}\n",
            first + 2
        )
    );
    assert_eq!(ledger.entries()[1].object("bytes"), Some(&Value::Number(12)));
}
