//! Every shop answers as the protocol says, to good customers and bad ones.

use std::path::Path;
use std::sync::Mutex;
use std::thread;

use anyhow::Result;
use promises::customers::play;
use promises::script::Script;
use promises::shop::Shop;
use promises::workspace::{programs, workspace};

use crate::assert_none;

/// A shop that must answer as written: a chapter's, or one that does the same elsewhere.
#[derive(Clone)]
pub struct Counter {
    pub package: String,
    /// The chapter whose conversations it holds.
    pub chapter: u32,
}

/// All shops.
pub fn counters() -> Vec<Counter> {
    let chapters = workspace().chapters().iter();
    let chapters = chapters.map(|chapter| Counter {
        package: chapter.package.clone(),
        chapter: chapter.number,
    });
    let on_tokio = Counter { package: "shop-on-tokio".into(), chapter: 8 };
    chapters.chain([on_tokio]).collect()
}

impl Counter {
    /// Where its program is.
    pub fn program(&self) -> &'static Path {
        programs().path(&self.package).expect("the shop is built")
    }

    /// The ways in which it serves: its arguments, and whether customers must come one
    /// after the other.
    pub fn ways(&self) -> Vec<Way> {
        if self.chapter == 1 {
            return vec![
                Way { args: &[], one_clerk: true },
                Way { args: &["--thread-per-customer"], one_clerk: false },
            ];
        }
        vec![Way { args: &[], one_clerk: false }]
    }
}

/// One way in which a shop serves.
#[derive(Clone, Copy)]
pub struct Way {
    pub args: &'static [&'static str],
    pub one_clerk: bool,
}

#[test]
fn every_shop_holds_the_conversations_as_written() {
    let scripts = scripts();
    let mut all = Vec::new();
    let counters = counters();
    for counter in &counters {
        for way in counter.ways() {
            let claimed = scripts.iter().filter(|script| claims(counter, way, script));
            all.extend(claimed.map(|script| (counter, way, script)));
        }
    }
    // Most of the time a conversation waits, so several are held side by side.
    let (queue, wrong) = (Mutex::new(all.into_iter()), Mutex::new(Vec::new()));
    let next = || queue.lock().expect("no conversation panics").next();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((counter, way, script)) = next() {
                    if let Err(error) = hold(counter, way, script) {
                        let args: String =
                            way.args.iter().map(|arg| format!(" {arg}")).collect();
                        wrong
                            .lock()
                            .expect("no conversation panics")
                            .push(format!("{}{args}: {error:#}", counter.package));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().expect("no conversation panics");
    wrong.sort();
    assert_none(&wrong, "these conversations went otherwise");
}

#[test]
fn every_kind_of_answer_is_in_a_conversation() {
    // The rows of the protocol's table and of its errors, by what a customer hears.
    const ANSWERS: [&str; 29] = [
        "TICKET ",
        "READY ",
        "STATUS 1 CLEANING",
        "STATUS 1 READY",
        "STATUS 1 CANCELLED",
        "STATUS 1 EXPIRED",
        "CANCELLED 1",
        "HELD 1 ",
        "NOTED 1",
        "EXPIRED 1",
        "BYE",
        "ERROR sorry, we do not do that here",
        "ERROR DROP needs a garment",
        "ERROR PICKUP needs a ticket number",
        "ERROR STATUS needs a ticket number",
        "ERROR CANCEL needs a ticket number",
        "ERROR HOLD needs a ticket number",
        "ERROR HOLD needs a time, such as 30s or 5m",
        "ERROR NOTE needs a ticket number",
        "ERROR NOTE needs a note",
        "ERROR there is no ticket ",
        "ERROR ticket 1 has been picked up",
        "ERROR ticket 1 has been cancelled",
        "ERROR ticket 2 is clean, it is too late",
        "ERROR a line is at most 1024 bytes",
        "ERROR a line is UTF-8 text",
        "ERROR ticket 1 has as many notes as we heed",
        "READY 1 silk shirt (no perchloroethylene, no starch)",
        "(closed)",
    ];
    let texts: Vec<String> = script_texts();
    let heard =
        |answer: &&&str| !texts.iter().any(|text| text.contains(&format!("< {answer}")));
    let unheard: Vec<String> =
        ANSWERS.iter().filter(heard).map(|answer| (*answer).to_owned()).collect();
    assert_none(&unheard, "no conversation hears these answers");
}

fn claims(counter: &Counter, way: Way, script: &Script) -> bool {
    let range = script.from..=script.until.unwrap_or(u32::MAX);
    range.contains(&counter.chapter) && (!way.one_clerk || script.one_at_a_time())
}

fn hold(counter: &Counter, way: Way, script: &Script) -> Result<()> {
    let mut shop = Shop::open(counter.program(), script.clean_ms, way.args)?;
    play(script, shop.addr())?;
    shop.is_well()
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/conversations"))
}

fn scripts() -> Vec<Script> {
    Script::all(folder()).expect("the conversations can be read")
}

fn script_texts() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the conversations can be read");
    entries
        .map(|entry| {
            std::fs::read_to_string(entry.expect("an entry").path()).expect("a script")
        })
        .collect()
}
