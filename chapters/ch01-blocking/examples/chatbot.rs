//! A chatbot naps for a minute while somebody asks it something every second.

use std::collections::VecDeque;

/// How long a question waits for its answer before whoever asked it gives up.
const PATIENCE: u32 = 5_000;

fn main() {
    let mut bot = Chatbot::new();
    println!("asleep, and nothing else:");
    bot.sleep(60_000);
    bot.answer_what_has_come();
    println!("  answered {}, lost {}", bot.answered, bot.lost);

    let mut bot = Chatbot::new();
    println!("asleep, and taking turns:");
    bot.sleep_taking_turns(60_000);
    println!("  answered {}, lost {}", bot.answered, bot.lost);
}

/// Time is counted in milliseconds on a clock that we push ourselves.
struct Chatbot {
    now: u32,
    questions: VecDeque<u32>,
    answered: u32,
    lost: u32,
}

impl Chatbot {
    /// In the minute to come there is a question in the middle of every second.
    fn new() -> Chatbot {
        let questions = (0..60).map(|second| second * 1_000 + 500).collect();
        Chatbot { now: 0, questions, answered: 0, lost: 0 }
    }

    /// `thread::sleep`: the next line of code runs when it is over, and nothing runs before.
    fn sleep(&mut self, long: u32) {
        self.now += long;
    }

    /// Sleeps only until there is something to do, does it, and sleeps again.
    fn sleep_taking_turns(&mut self, long: u32) {
        let wake_up = self.now + long;
        while let Some(&next) = self.questions.front() {
            self.now = next.min(wake_up);
            if self.now == wake_up {
                return;
            }
            self.answer_what_has_come();
        }
        self.now = wake_up;
    }

    fn answer_what_has_come(&mut self) {
        while self.questions.front().is_some_and(|asked| *asked <= self.now) {
            let waited = self.questions.pop_front().map_or(0, |asked| self.now - asked);
            if waited > PATIENCE {
                self.lost += 1;
            } else {
                self.answered += 1;
            }
        }
    }
}
