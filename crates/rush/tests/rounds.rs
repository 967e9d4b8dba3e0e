//! A whole rush, against a shop that is a program of its own: this test binary, run again.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use rush::{Doing, Error, Outcome, Plan, Shop, run};

/// What the shop's program does; `manner` is in its arguments.
#[test]
#[ignore = "the other tests run this as a shop"]
fn the_shop() {
    let args: Vec<String> = std::env::args().collect();
    let is = |manner| args.iter().any(|arg| arg == manner);
    // The harness has begun a line.
    println!();
    if is("closed-today") {
        eprintln!("the shop is closed today");
        std::process::exit(3);
    }
    let addr =
        args.iter().position(|arg| arg == "--addr").map(|at| &args[at + 1]).unwrap();
    assert!(is("--clean-ms"));
    let door = TcpListener::bind(addr).unwrap();
    println!("open on {}", door.local_addr().unwrap());
    for customer in door.incoming().map(Result::unwrap) {
        if is("collapses") {
            eprintln!("the roof came down");
            std::process::exit(4);
        }
        thread::spawn(move || serve(customer));
    }
}

fn serve(mut customer: TcpStream) {
    for line in
        BufReader::new(customer.try_clone().unwrap()).lines().map_while(Result::ok)
    {
        let answer = match line.split_once(' ') {
            Some(("DROP", garment)) => {
                format!("TICKET {}", garment.replace("silk shirt ", ""))
            }
            Some(("PICKUP", ticket)) => format!("READY {ticket} silk shirt {ticket}"),
            _ => "BYE".to_owned(),
        };
        let _ = customer.write_all(format!("{answer}\n").as_bytes());
        if answer == "BYE" {
            break;
        }
    }
}

fn shop(manner: &str) -> Shop {
    ["--exact", "the_shop", "--ignored", "--nocapture", "--", manner]
        .into_iter()
        .fold(Shop::new(manner, std::env::current_exe().unwrap()), Shop::arg)
}

fn plan() -> Plan {
    Plan {
        customers: 40,
        patience: Duration::from_secs(300),
        rounds: 2,
        count_system_calls: false,
        ..Plan::default()
    }
}

#[test]
fn shops_take_turns_and_each_round_is_measured() {
    let shops = [shop("first"), shop("second")];
    let mut turns: Vec<(String, usize)> = Vec::new();
    let outcome = run(&plan(), &shops, |progress| {
        let Doing::Round { round, of: 2 } = progress.doing else {
            panic!("{progress:?}")
        };
        let turn = (progress.shop.to_owned(), round);
        if turns.last() != Some(&turn) {
            turns.push(turn);
        }
    })
    .unwrap();

    let expected = [("first", 1), ("second", 1), ("first", 2), ("second", 2)];
    assert_eq!(turns, expected.map(|(shop, round)| (shop.to_owned(), round)));
    for round in outcome.shops.iter().flat_map(|shop| &shop.rounds) {
        assert_eq!((round.served, round.lost, round.failed), (40, 0, 0), "{round:?}");
        assert!(round.wait_median_ms <= round.wait_p99_ms);
        assert!(round.wait_p99_ms.unwrap() <= round.took_ms);
        assert!(round.voluntary_switches > 0);
        assert_eq!(round.fell_over, None);
        if cfg!(target_os = "linux") {
            assert!(round.threads.unwrap() >= 2, "the harness alone has two: {round:?}");
            assert!(round.memory_kib.unwrap() > 100);
        }
    }
    assert_eq!(Outcome::from_json(&outcome.to_json()).unwrap(), outcome);
}

#[test]
fn system_calls_are_counted_where_strace_is() {
    let plan = Plan { rounds: 1, count_system_calls: true, ..plan() };
    let outcome = run(&plan, &[shop("counted")], |_| {}).unwrap();
    let [note] = &outcome.notes[..] else {
        let calls = outcome.shops[0].system_calls.as_ref().unwrap();
        assert_eq!(calls.customers, 40);
        assert!(
            calls.by_name.iter().any(|(name, n)| name.starts_with("accept") && *n >= 1.0)
        );
        // At least: accept, three reads, three writes, close.
        assert!(calls.per_customer >= 8.0, "{calls:?}");
        return;
    };
    println!("not checked here: {note}");
    assert!(note.starts_with("system calls were not counted: "));
}

#[test]
fn a_shop_that_does_not_open_says_why() {
    let why = run(&plan(), &[shop("closed-today")], |_| {}).unwrap_err().to_string();
    assert!(
        why.starts_with("closed-today did not open: it ended (exit status: 3)"),
        "{why}"
    );
    assert!(why.ends_with("the shop is closed today"), "{why}");

    let missing = Shop::new("nowhere", "no/such/shop");
    let why = run(&plan(), &[missing], |_| {}).unwrap_err();
    assert!(matches!(why, Error::NoProgram { .. }), "{why}");
    assert!(why.to_string().ends_with("build it first"), "{why}");
}

#[test]
fn a_shop_that_falls_over_is_a_result_and_no_hang() {
    let outcome =
        run(&Plan { rounds: 1, ..plan() }, &[shop("collapses")], |_| {}).unwrap();
    let round = &outcome.shops[0].rounds[0];
    assert_eq!((round.served, round.lost, round.failed), (0, 0, 40), "{round:?}");
    let how = round.fell_over.as_deref().unwrap();
    assert!(how.starts_with("it ended (exit status: 4)"), "{how}");
    assert!(how.ends_with("the roof came down"), "{how}");
    assert!(outcome.table().contains("collapses fell over: "));
}

/// Linux shows who our children are.
#[cfg(target_os = "linux")]
#[test]
fn no_process_is_left_behind_even_by_a_panic() {
    let mut pid = None;
    let watched = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = run(&plan(), &[shop("left-alone")], |_| {
            pid = child_with_argument("left-alone");
            panic!("the one who measures gives up");
        });
    }));
    watched.unwrap_err();
    let pid = pid.expect("the shop was running");
    assert!(!std::fs::exists(format!("/proc/{pid}")).unwrap(), "process {pid} is left");
}

#[cfg(target_os = "linux")]
fn child_with_argument(argument: &str) -> Option<String> {
    let processes = std::fs::read_dir("/proc").unwrap().map(Result::unwrap);
    let mut numbers = processes.filter_map(|entry| entry.file_name().into_string().ok());
    numbers.find(|number| {
        let line = std::fs::read_to_string(format!("/proc/{number}/cmdline"));
        line.is_ok_and(|line| line.split('\0').any(|word| word == argument))
    })
}
