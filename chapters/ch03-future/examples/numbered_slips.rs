//! A pad of numbered slips: a function that stops, and goes on where it stopped, made by hand.

fn main() {
    let mut pad = Slips::New;
    println!("the pad lies on the counter");
    for customer in ["Ann", "Ben", "Cleo", "Ann"] {
        println!("{customer} wants a slip");
        match pad.resume() {
            Some(number) => println!("{customer} gets number {number}"),
            None => println!("{customer} gets none"),
        }
    }
}

/// Where the function has stopped, with all that it needs to go on from there.
enum Slips {
    New,
    TornOff { number: u32 },
    Over,
}

impl Slips {
    fn resume(&mut self) -> Option<u32> {
        let number = match self {
            Slips::New => {
                println!("    the first page is turned");
                1
            }
            Slips::TornOff { number } => {
                println!("    number {number} is gone, on to the next");
                *number + 1
            }
            Slips::Over => return None,
        };
        if number <= 2 {
            *self = Slips::TornOff { number };
            return Some(number);
        }
        println!("    the pad is used up");
        *self = Slips::Over;
        None
    }
}
