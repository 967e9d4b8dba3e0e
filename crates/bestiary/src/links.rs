//! Markdown in a terminal: it reads well as it is, but for its links.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// `text` with its links written out: `[recv(2)](https://…)` becomes `recv(2) (https://…)`. Links
/// within the book lead nowhere from here, and leave their words.
pub fn written_out(text: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\[([^\]\n]+(?:\n[^\]\n]+)?)\]\(([^)\s]+)\)").unwrap()
    });
    LINK.replace_all(text, |link: &Captures<'_>| match &link[2] {
        outside if outside.starts_with("http") => format!("{} ({outside})", &link[1]),
        _ => link[1].to_owned(),
    })
    .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_written_out_and_links_of_the_book_leave_their_words() {
        assert_eq!(
            written_out(
                "see [recv(2)](https://x/recv.2.html). A [`waker`](beast:waker), [b](c.md#d)"
            ),
            "see recv(2) (https://x/recv.2.html). A `waker`, b",
        );
        assert_eq!(written_out("[a] (b), [c]"), "[a] (b), [c]");
    }
}
