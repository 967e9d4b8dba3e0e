//! The cost table in the book is what the numbers say, and the relations it is shown for hold.

use std::fs;
use std::time::Duration;

use promises::workspace::{programs, workspace};
use rush::{Outcome, Plan, Shop};

#[test]
fn the_cost_table_in_the_book_is_drawn_from_its_numbers() {
    let read =
        |file: &str| fs::read_to_string(workspace().root().join(file)).expect(file);
    let outcome = Outcome::from_json(&read("book/rush/rush.json")).expect("an outcome");
    assert_eq!(
        outcome.html(bookbinder::rush::FIGURE_ID),
        read(bookbinder::rush::FIGURE),
        "run `cargo bestiary rush --record`"
    );
    let mut names = Vec::new();
    for chapter in workspace().chapters() {
        for shop in bookbinder::rush::shops(chapter).expect("a chapter's shops") {
            names.push(format!("{}  {}", chapter.number, shop.name));
        }
    }
    let measured: Vec<&str> =
        outcome.shops.iter().map(|shop| shop.name.as_str()).collect();
    assert_eq!(measured, names, "the recorded rush has every shop; record it again");
}

#[test]
fn one_clerk_loses_customers_whom_one_bell_serves_with_one_thread() {
    // In the time that anybody is patient, fifteen garments can be cleaned one after another.
    // There are forty customers.
    let plan = Plan {
        customers: 40,
        patience: Duration::from_secs(6),
        clean: Duration::from_millis(400),
        rounds: 1,
        count_system_calls: false,
        ..Plan::default()
    };
    let shops = [
        Shop::new("one clerk", programs().path("ch01-blocking").expect("a shop")),
        Shop::new("one bell", programs().path("ch02-readiness").expect("a shop")),
    ];
    let outcome = rush::run(&plan, &shops, |_| {}).expect("a rush");
    let [clerk, bell] = [&outcome.shops[0].rounds[0], &outcome.shops[1].rounds[0]];
    assert!(clerk.lost > 0, "{clerk:?}");
    assert_eq!((bell.lost, bell.failed), (0, 0), "{bell:?}");
    assert!(bell.served > clerk.served, "{clerk:?} {bell:?}");
    if cfg!(target_os = "linux") {
        assert_eq!(bell.threads, Some(1), "{bell:?}");
    }
}
