//! Is every note taken, and does the clerk sleep in between?

mod grading;

use ch02_readiness::notes::Notes;
use grading::{Expectation, Outcome, grade, miss, within};
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Nobody who is right has to hurry, and whoever is wrong is found out in that time.
const A_MOMENT: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    grade(&[
        Expectation {
            what: "a note that was left before anybody waited is not lost",
            hint: 2,
            look: before_the_wait,
        },
        Expectation {
            what: "a note that is left while the clerk waits wakes the clerk",
            hint: 2,
            look: during_the_wait,
        },
        Expectation {
            what: "three notes with three rings are three notes",
            hint: 1,
            look: three,
        },
        Expectation {
            what: "a ring for a note that is taken already is no note",
            hint: 3,
            look: late_ring,
        },
        Expectation {
            what: "of four threads with a thousand notes each, none is lost or out of turn",
            hint: 3,
            look: many,
        },
        Expectation {
            what: "while there is no note, the clerk sleeps at the poller",
            hint: 2,
            look: sleeps,
        },
    ])
}

fn new_box() -> Arc<Notes> {
    Arc::new(Notes::new().expect("the kernel has a poller for us"))
}

fn leave(notes: &Notes, note: &str) -> Outcome {
    notes.leave(note).or_else(|error| miss("a note can be left", error))
}

/// The next note must be this one.
fn takes(notes: &Arc<Notes>, note: &str) -> Outcome {
    let from = Arc::clone(notes);
    let taken = within(format!("`next` gives `{note}`"), move || from.next())?;
    is(taken, note)
}

fn is(taken: io::Result<String>, note: &str) -> Outcome {
    match taken {
        Ok(taken) if taken == note => Ok(()),
        Ok(taken) => miss(format!("`next` gives `{note}`"), format!("`{taken}`")),
        Err(error) => miss(format!("`next` gives `{note}`"), error),
    }
}

fn before_the_wait() -> Outcome {
    let notes = new_box();
    leave(&notes, "silk")?;
    takes(&notes, "silk")
}

fn during_the_wait() -> Outcome {
    let notes = new_box();
    let from = Arc::clone(&notes);
    let clerk = thread::spawn(move || from.next());
    // Time for the clerk to find the box empty.
    thread::sleep(A_MOMENT);
    leave(&notes, "silk")?;
    let taken = within("the clerk wakes up", move || clerk.join())?;
    taken.map_or_else(
        |_| miss("`next` gives `silk`", "a panic"),
        |taken| is(taken, "silk"),
    )
}

fn three() -> Outcome {
    let notes = new_box();
    for note in ["silk", "wool", "tweed"] {
        leave(&notes, note)?;
    }
    takes(&notes, "silk")?;
    takes(&notes, "wool")?;
    takes(&notes, "tweed")
}

fn late_ring() -> Outcome {
    let notes = new_box();
    leave(&notes, "silk")?;
    leave(&notes, "wool")?;
    takes(&notes, "silk")?;
    takes(&notes, "wool")?;
    let from = Arc::clone(&notes);
    let clerk = thread::spawn(move || from.next());
    // Time to be woken by a ring that is left over, and to find nothing.
    thread::sleep(A_MOMENT);
    leave(&notes, "tweed")?;
    let taken = within("the clerk wakes up for the third note", move || clerk.join())?;
    taken.map_or_else(
        |_| miss("`next` waits for the third note", "a panic"),
        |taken| is(taken, "tweed"),
    )
}

fn many() -> Outcome {
    const THREADS: usize = 4;
    const EACH: usize = 1000;
    let notes = new_box();
    for thread in 0..THREADS {
        let notes = Arc::clone(&notes);
        thread::spawn(move || {
            for n in 0..EACH {
                notes.leave(format!("{thread} {n}")).expect("a note can be left");
            }
        });
    }
    let all = within(format!("{} notes are taken", THREADS * EACH), move || {
        (0..THREADS * EACH).map(|_| notes.next()).collect::<io::Result<Vec<_>>>()
    })?;
    let all = all.or_else(|error| miss("every note is taken", error))?;
    for thread in 0..THREADS {
        let from_it =
            all.iter().filter_map(|note| note.strip_prefix(&format!("{thread} ")));
        let numbers: Vec<String> = from_it.map(str::to_owned).collect();
        if numbers != (0..EACH).map(|n| n.to_string()).collect::<Vec<_>>() {
            return miss(
                format!(
                    "the notes of thread {thread} come in the order in which it left them"
                ),
                format!("{} of {EACH}, or in another order", numbers.len()),
            );
        }
    }
    Ok(())
}

fn sleeps() -> Outcome {
    let notes = new_box();
    let from = Arc::clone(&notes);
    let clerk = thread::spawn(move || ledger::record(|| from.next().map(drop)).1);
    thread::sleep(A_MOMENT);
    leave(&notes, "silk")?;
    let ledger = within("the clerk wakes up", move || clerk.join())?;
    let waits = ledger.map_or(0, |ledger| ledger.count("park"));
    match waits {
        1..=3 => Ok(()),
        0 => miss(
            "a `park` line in the ledger",
            "none: whoever waits, it is not the poller",
        ),
        many => {
            miss("one `park` line in the ledger, or a few", format!("{many} of them"))
        }
    }
}
