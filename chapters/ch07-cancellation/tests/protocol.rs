//! What each line means, and what the shop says to those that mean nothing to it.

use ch07_cancellation::shop::protocol::{HoldTime, Refusal, Request};
use std::time::Duration;

fn drop_off(garment: &str) -> Result<Request, Refusal> {
    Ok(Request::Drop(garment.to_owned()))
}

fn which_ticket(word: &str) -> Result<Request, Refusal> {
    Err(Refusal::WhichTicket(word.to_owned()))
}

fn hold(ticket: u64, words: &str, milliseconds: u64) -> Result<Request, Refusal> {
    let duration = Duration::from_millis(milliseconds);
    Ok(Request::Hold(ticket, HoldTime { words: words.to_owned(), duration }))
}

#[test]
fn every_line_has_one_reading() {
    let readings = [
        ("DROP silk shirt", drop_off("silk shirt")),
        ("DROP  silk  shirt ", drop_off("silk  shirt")),
        ("DROP 1", drop_off("1")),
        ("DROP a\rb\0c", drop_off("a\rb\0c")),
        ("DROP été", drop_off("été")),
        ("DROP", Err(Refusal::WhichGarment)),
        ("DROP ", Err(Refusal::WhichGarment)),
        ("DROP  \t ", Err(Refusal::WhichGarment)),
        ("PICKUP 1", Ok(Request::Pickup(1))),
        ("PICKUP  1 ", Ok(Request::Pickup(1))),
        ("PICKUP 007", Ok(Request::Pickup(7))),
        ("PICKUP 0", Ok(Request::Pickup(0))),
        ("PICKUP 18446744073709551615", Ok(Request::Pickup(u64::MAX))),
        ("PICKUP 18446744073709551616", which_ticket("PICKUP")),
        ("PICKUP", which_ticket("PICKUP")),
        ("PICKUP ", which_ticket("PICKUP")),
        ("PICKUP -1", which_ticket("PICKUP")),
        ("PICKUP 1.0", which_ticket("PICKUP")),
        ("PICKUP 0x1", which_ticket("PICKUP")),
        ("PICKUP one", which_ticket("PICKUP")),
        ("PICKUP 1 2", which_ticket("PICKUP")),
        ("STATUS 1", Ok(Request::Status(1))),
        ("STATUS", which_ticket("STATUS")),
        ("STATUS silk shirt", which_ticket("STATUS")),
        ("CANCEL 1", Ok(Request::Cancel(1))),
        ("CANCEL  1 ", Ok(Request::Cancel(1))),
        ("CANCEL", which_ticket("CANCEL")),
        ("CANCEL ", which_ticket("CANCEL")),
        ("CANCEL silk shirt", which_ticket("CANCEL")),
        ("CANCEL 1 2", which_ticket("CANCEL")),
        ("CANCEL 18446744073709551616", which_ticket("CANCEL")),
        ("HOLD 1 500ms", hold(1, "500ms", 500)),
        ("HOLD 1 30s", hold(1, "30s", 30_000)),
        ("HOLD 1 5m", hold(1, "5m", 300_000)),
        ("HOLD 1 2h", hold(1, "2h", 7_200_000)),
        ("HOLD 1 0s", hold(1, "0s", 0)),
        ("HOLD 1 007s", hold(1, "007s", 7_000)),
        ("HOLD  1   30s ", hold(1, "30s", 30_000)),
        ("HOLD 1 4294967295h", hold(1, "4294967295h", 4_294_967_295 * 3_600_000)),
        ("HOLD 1 4294967296ms", Err(Refusal::HowLong)),
        ("HOLD 1", Err(Refusal::HowLong)),
        ("HOLD 1 ", Err(Refusal::HowLong)),
        ("HOLD 1 30", Err(Refusal::HowLong)),
        ("HOLD 1 s", Err(Refusal::HowLong)),
        ("HOLD 1 30 s", Err(Refusal::HowLong)),
        ("HOLD 1 30s please", Err(Refusal::HowLong)),
        ("HOLD 1 +30s", Err(Refusal::HowLong)),
        ("HOLD 1 -30s", Err(Refusal::HowLong)),
        ("HOLD 1 1.5h", Err(Refusal::HowLong)),
        ("HOLD 1 30S", Err(Refusal::HowLong)),
        ("HOLD 1 30d", Err(Refusal::HowLong)),
        ("HOLD 1 ３0s", Err(Refusal::HowLong)),
        ("HOLD 1 1é", Err(Refusal::HowLong)),
        ("HOLD", which_ticket("HOLD")),
        ("HOLD 30s", which_ticket("HOLD")),
        ("HOLD 30s 1", which_ticket("HOLD")),
        ("HOLD one 30s", which_ticket("HOLD")),
        ("HOLD -1 30s", which_ticket("HOLD")),
        ("BYE", Ok(Request::Bye)),
        ("BYE ", Ok(Request::Bye)),
        ("BYE and thanks", Err(Refusal::NotHere)),
        ("", Err(Refusal::NotHere)),
        (" ", Err(Refusal::NotHere)),
        (" BYE", Err(Refusal::NotHere)),
        ("bye", Err(Refusal::NotHere)),
        ("Drop silk shirt", Err(Refusal::NotHere)),
        ("DROPsilk shirt", Err(Refusal::NotHere)),
        ("DROP\tsilk shirt", Err(Refusal::NotHere)),
        ("GET / HTTP/1.1", Err(Refusal::NotHere)),
    ];
    for (line, reading) in readings {
        assert_eq!(Request::parse(line), reading, "{line:?}");
    }
}

#[test]
fn every_refusal_is_one_line_that_says_why() {
    for (refusal, line) in [
        (Refusal::NotHere, "ERROR sorry, we do not do that here"),
        (Refusal::WhichGarment, "ERROR DROP needs a garment"),
        (Refusal::WhichTicket("PICKUP".into()), "ERROR PICKUP needs a ticket number"),
        (Refusal::WhichTicket("STATUS".into()), "ERROR STATUS needs a ticket number"),
        (Refusal::WhichTicket("CANCEL".into()), "ERROR CANCEL needs a ticket number"),
        (Refusal::WhichTicket("HOLD".into()), "ERROR HOLD needs a ticket number"),
        (Refusal::HowLong, "ERROR HOLD needs a time, such as 30s or 5m"),
        (Refusal::NoSuchTicket(9), "ERROR there is no ticket 9"),
        (Refusal::Cancelled(1), "ERROR ticket 1 has been cancelled"),
        (Refusal::TooLate(1), "ERROR ticket 1 is clean, it is too late"),
        (Refusal::Expired(1), "EXPIRED 1"),
        (Refusal::PickedUp(1), "ERROR ticket 1 has been picked up"),
        (Refusal::LineTooLong, "ERROR a line is at most 1024 bytes"),
        (Refusal::NotText, "ERROR a line is UTF-8 text"),
    ] {
        assert_eq!(refusal.to_string(), line);
    }
}
