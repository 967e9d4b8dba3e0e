//! What becomes of the bytes that customers send.

use ch08_messages::shop::lines::{LIMIT, Lines};
use ch08_messages::shop::protocol::Refusal;
use std::iter;

type Line = Result<String, Refusal>;

/// The lines in these bytes, which must be the same in whatever pieces they arrive.
fn lines(bytes: &[u8]) -> Vec<Line> {
    let whole = lines_in_pieces(bytes, bytes.len());
    for size in 1..bytes.len() {
        assert_eq!(lines_in_pieces(bytes, size), whole, "in pieces of {size}");
    }
    whole
}

fn lines_in_pieces(bytes: &[u8], size: usize) -> Vec<Line> {
    let mut lines = Lines::default();
    let mut heard = Vec::new();
    for piece in bytes.chunks(size) {
        lines.push(piece);
        heard.extend(iter::from_fn(|| lines.next_line()));
    }
    heard
}

fn line(text: &str) -> Line {
    Ok(text.to_owned())
}

#[test]
fn a_line_ends_with_a_line_feed_and_perhaps_a_carriage_return() {
    let heard = lines(b"DROP silk shirt\nPICKUP 1\r\n\n\r\nBYE\n");
    let said = ["DROP silk shirt", "PICKUP 1", "", "", "BYE"];
    assert_eq!(heard, said.map(line));
}

#[test]
fn a_carriage_return_elsewhere_is_a_character_like_any_other() {
    assert_eq!(lines(b"\ra\rb\r\r\n\r"), [line("\ra\rb\r")]);
}

#[test]
fn a_line_without_its_end_is_no_line_yet() {
    assert_eq!(lines(b"BYE\nBYE"), [line("BYE")]);
    assert_eq!(lines(&[b'x'; LIMIT]), []);
}

#[test]
fn a_line_may_be_1024_bytes_long() {
    let longest = "x".repeat(1024);
    let said = format!("{longest}\n{longest}\r\nBYE\n");
    assert_eq!(lines(said.as_bytes()), [line(&longest), line(&longest), line("BYE")]);
}

#[test]
fn a_longer_line_is_refused_once_and_the_next_one_is_heard() {
    for length in [1025, 1026, 1027, 1600] {
        for end in ["\n", "\r\n"] {
            let said = format!("{}{end}BYE\n", "x".repeat(length));
            let heard = lines(said.as_bytes());
            assert_eq!(heard, [Err(Refusal::LineTooLong), line("BYE")], "{length}");
        }
    }
}

#[test]
fn two_long_lines_are_refused_twice() {
    let long = "x".repeat(1100);
    let heard = lines(format!("{long}\n{long}\n").as_bytes());
    assert_eq!(heard, [Err(Refusal::LineTooLong), Err(Refusal::LineTooLong)]);
}

#[test]
fn a_line_that_never_ends_is_refused_once_and_not_kept() {
    let mut lines = Lines::default();
    let mut heard = Vec::new();
    for _ in 0..1000 {
        lines.push(&[b'x'; 512]);
        heard.extend(iter::from_fn(|| lines.next_line()));
    }
    assert_eq!(heard, [Err(Refusal::LineTooLong)]);
    // Half a megabyte has come; a number for each byte that is kept would be in here.
    assert!(format!("{lines:?}").len() < 100, "{lines:?}");
}

#[test]
fn a_line_that_is_not_utf_8_is_refused_and_the_next_one_is_heard() {
    let heard = lines(b"DROP \xff\nDROP \xc3\n\xa9\nDROP caf\xc3\xa9\n");
    let refused = || Err(Refusal::NotText);
    assert_eq!(heard, [refused(), refused(), refused(), line("DROP café")]);
}

#[test]
fn a_nul_byte_is_text() {
    assert_eq!(lines(b"a\0b\n\0\n"), [line("a\0b"), line("\0")]);
}
