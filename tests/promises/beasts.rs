//! The bestiary is whole, and the chapters lead to it.

use bookbinder::beasts::Beasts;
use promises::workspace::workspace;
use std::fs;

use crate::{assert_none, book};

fn beasts() -> Beasts {
    let (beasts, problems) = Beasts::read(workspace());
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_none(&problems, "cargo bestiary build says this too");
    assert!(!beasts.met.is_empty(), "book/beasts.toml has no beast");
    beasts
}

#[test]
fn every_beast_has_a_whole_card_a_habitat_that_exists_and_a_first_mention() {
    for beast in &beasts().met {
        assert!(beast.line > 0, "{} lives nowhere", beast.name);
        assert!(!beast.mentions.is_empty(), "no chapter mentions {}", beast.name);
    }
}

#[test]
fn a_beast_lives_in_no_earlier_chapter_than_it_is_met_in() {
    let beasts = beasts();
    let wrong = beasts.met.iter().filter(|b| b.habitat.chapter < b.mentions[0].chapter);
    let wrong: Vec<String> = wrong
        .map(|b| {
            format!(
                "{} is met in chapter {} and lives in chapter {}",
                b.name, b.mentions[0].chapter, b.habitat.chapter
            )
        })
        .collect();
    assert_none(&wrong, "a reader who follows the link to the habitat goes back");
}

#[test]
fn a_beast_whose_chapter_is_there_has_a_card() {
    let beasts = beasts();
    let is_there = |number| workspace().chapters().iter().any(|c| c.number == number);
    let late = beasts.shadows.iter().filter(|s| is_there(s.chapter));
    let late: Vec<String> = late
        .map(|s| format!("{} was to come in chapter {}", s.name, s.chapter))
        .collect();
    assert_none(&late, "give these [[shadow]]s their cards, or say a later chapter");
}

#[test]
fn no_beast_that_the_book_promises_is_missing() {
    const PROMISED: [&str; 14] = [
        "system-call",
        "file-descriptor",
        "coroutine",
        "future",
        "promise",
        "waker",
        "executor",
        "reactor",
        "event-loop",
        "task",
        "join-handle",
        "callback",
        "cancellation",
        "channel",
    ];
    let beasts = beasts();
    let missing: Vec<String> = PROMISED
        .iter()
        .filter_map(|id| beasts.find(id).err().map(|error| error.to_string()))
        .collect();
    assert_none(&missing, "DESIGN.md names these beasts");
}

#[test]
fn a_card_can_be_read_at_a_glance() {
    const WORDS: usize = 45;
    let mut long = Vec::new();
    for beast in &beasts().met {
        let texts = [
            ("is", &beast.is),
            ("rust", &beast.rust),
            ("python", &beast.python),
            ("shop", &beast.shop),
            ("eats", &beast.eats),
            ("bites", &beast.bites),
            ("ends", &beast.ends),
        ];
        for (key, text) in texts {
            let words = text.split_whitespace().count();
            if words > WORDS {
                long.push(format!("{}: `{key}` has {words} words", beast.name));
            }
        }
    }
    assert_none(&long, "at most 45 words, or it is no card");
}

#[test]
fn the_built_chapters_link_to_the_cards_and_have_their_previews() {
    let book = book::built().expect("the book builds");
    let mut wrong = Vec::new();
    for beast in &beasts().met {
        let first = beast.mentions[0].chapter;
        let chapter = workspace().chapter(&first.to_string()).expect("it is there");
        let page = book.join(&chapter.package).join("index.html");
        let page = fs::read_to_string(page).expect("the page is built");
        let id = beast.id();
        for part in [
            format!("href=\"../bestiary.html#{id}\""),
            format!("<template data-beast=\"{id}\">"),
        ] {
            if !page.contains(&part) {
                wrong.push(format!("{}: no {part}", chapter.package));
            }
        }
    }
    assert_none(&wrong, "these are not in the built pages");
}
