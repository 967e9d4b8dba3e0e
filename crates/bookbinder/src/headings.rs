//! The headings of a chapter's text, and the addresses that mdBook gives them.

use crate::markdown;

/// The nearest heading above a line (from 1) of the text, as Markdown, without its `#`s; none when
/// only the title stands above it.
pub(crate) fn above(text: &str, line: usize) -> Option<String> {
    let code = markdown::code_lines(text);
    let lines = text.lines().zip(code).take(line).filter(|(_, code)| !code);
    let headings = lines.filter_map(|(line, _)| {
        let words = line.trim_start_matches('#');
        let level = line.len() - words.len();
        (level > 1 && words.starts_with(' ')).then(|| words.trim().to_owned())
    });
    headings.last()
}

/// What stands after the `#` in a link to this heading, as long as no other of its page has the
/// same words.
pub(crate) fn id(heading: &str) -> String {
    let letters = heading.chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    letters.collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_above_a_line_is_the_nearest_that_is_one() {
        let text =
            "# T\n\na\n\n## One `x`\n\nb\n```sh\n# no\n```\nc\n### Two\n#three\nd\n";
        assert_eq!(above(text, 3), None);
        assert_eq!(above(text, 7).as_deref(), Some("One `x`"));
        assert_eq!(above(text, 11).as_deref(), Some("One `x`"));
        assert_eq!(above(text, 14).as_deref(), Some("Two"));
    }

    #[test]
    fn an_address_has_no_signs() {
        assert_eq!(id("\"Not yet\" is an `answer`"), "not-yet-is-an-answer");
        assert_eq!(id("Who has spoken?"), "who-has-spoken");
    }
}
