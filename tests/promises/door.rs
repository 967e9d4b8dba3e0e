//! Every shop takes the same options, and stays off the street.

use std::net::TcpListener;
use std::process::Command;

use bestiary::child::{Finished, WATCHDOG, finish};
use promises::shop::Shop;

use crate::conversations::counters;

/// Runs each shop; these arguments must make it end by itself.
fn each_shop(args: &[&str], check: impl Fn(&str, Finished)) {
    for counter in counters() {
        let done = finish(Command::new(counter.program()).args(args), WATCHDOG);
        check(&counter.package, done.expect("the shop ends by itself"));
    }
}

#[test]
fn a_wrong_option_is_named_and_the_exit_code_is_2() {
    for wrong in [
        &["--colour"][..],
        &["--clean-ms", "soon"],
        &["--addr", "somewhere"],
        &["--clean-ms"],
        &["silk"],
    ] {
        each_shop(wrong, |package, done| {
            assert_eq!(
                done.status.code(),
                Some(2),
                "{package} {wrong:?}: {}",
                done.stderr
            );
            assert!(
                done.stderr.contains(wrong[0]),
                "{package} {wrong:?} does not name it: {}",
                done.stderr
            );
            assert_eq!(done.stdout, "", "{package} {wrong:?}");
        });
    }
}

#[test]
fn a_shop_does_not_open_to_the_street_unless_told_to() {
    for addr in ["0.0.0.0:0", "192.0.2.1:7878"] {
        each_shop(&["--addr", addr], |package, done| {
            assert!(!done.status.success(), "{package} opened on {addr}");
            assert!(
                done.stderr.contains("--street"),
                "{package} {addr}: {}",
                done.stderr
            );
            assert_eq!(done.stdout, "", "{package} {addr}");
        });
    }
}

#[test]
fn a_door_that_is_taken_is_an_error_that_names_it() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let addr = taken.local_addr().expect("its address").to_string();
    each_shop(&["--addr", &addr], |package, done| {
        assert!(!done.status.success(), "{package} opened on a port that is taken");
        assert!(
            done.stderr.contains(&addr),
            "{package} does not name {addr}: {}",
            done.stderr
        );
        assert_eq!(done.stdout, "", "{package} said that it is open");
    });
}

#[test]
fn an_open_shop_says_its_address_and_closes_when_told() {
    for counter in counters() {
        let mut shop = Shop::open(counter.program(), 20, &[]).expect("the shop opens");
        assert_ne!(shop.addr().port(), 0, "{} did not pick a port", counter.package);
        shop.is_well().expect("the shop is open");
    }
}
