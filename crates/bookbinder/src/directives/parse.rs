//! Finds the directives of a text.

use crate::markdown;
use anyhow::{Result, bail};

/// A directive as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Its line, from 1.
    pub line: usize,
    /// The word after `{{#`.
    pub name: String,
    /// The words after the name.
    pub words: Vec<String>,
    /// The `key="value"` pairs.
    pub keys: Vec<(String, String)>,
    /// Those of the words that its directive knows as flags; empty as parsed.
    pub flags: Vec<String>,
    /// The whole of it, for messages.
    pub text: String,
}

impl Placed {
    /// The value of a key.
    pub fn key(&self, name: &str) -> Option<&str> {
        let pair = self.keys.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str())
    }

    /// Is the flag there?
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|f| f == flag)
    }
}

/// The directives of a text, in order. Those in fences, comments and inline code are none.
///
/// # Errors
///
/// Every directive that is not closed, not alone on its line or not well formed.
pub fn parse(text: &str) -> Result<Vec<Placed>> {
    let (placed, wrong) = scan(text);
    if wrong.is_empty() {
        return Ok(placed);
    }
    let wrong: Vec<String> =
        wrong.iter().map(|(line, what)| format!("line {line}: {what}")).collect();
    bail!(wrong.join("\n"))
}

/// The directives of a text, and what is wrong with the others.
pub(crate) fn scan(text: &str) -> (Vec<Placed>, Vec<(usize, String)>) {
    let code = markdown::code_lines(text);
    let (mut placed, mut wrong) = (Vec::new(), Vec::new());
    for (n, line) in text.lines().enumerate().filter(|(n, _)| !code[*n]) {
        match directive(n + 1, line) {
            None => {}
            Some(Ok(call)) => placed.push(call),
            Some(Err(what)) => wrong.push((n + 1, what)),
        }
    }
    (placed, wrong)
}

/// The directive of a line; none if the line has none.
fn directive(number: usize, line: &str) -> Option<Result<Placed, String>> {
    let at = outside_code(line, "{{#")?;
    let text = line.trim_end();
    if at > 0 {
        let what = format!(
            "{}: a directive has a line of its own, from the margin to the end",
            line.trim()
        );
        return Some(Err(what));
    }
    let Some(inner) = text.strip_prefix("{{#").and_then(|t| t.strip_suffix("}}")) else {
        let what = if text.contains("}}") {
            format!(
                "{text}: a directive has a line of its own; nothing may follow its `}}}}`"
            )
        } else {
            format!(
                "{text}: the directive is not closed; `}}}}` is missing at the end of the line"
            )
        };
        return Some(Err(what));
    };
    let call = Placed {
        line: number,
        name: String::new(),
        words: Vec::new(),
        keys: Vec::new(),
        flags: Vec::new(),
        text: text.to_owned(),
    };
    Some(fill(call, inner).map_err(|e| format!("{text}: {e}")))
}

/// Where `what` stands in the line outside of inline code.
fn outside_code(line: &str, what: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + line[from..].find(what)?;
        if line[..at].matches('`').count().is_multiple_of(2) {
            return Some(at);
        }
        from = at + what.len();
    }
}

fn fill(mut call: Placed, inner: &str) -> Result<Placed, String> {
    let mut rest = inner.trim();
    let name_end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    call.name = rest[..name_end].to_owned();
    rest = rest[name_end..].trim_start();
    while !rest.is_empty() {
        if let Some(text) = rest.strip_prefix('"') {
            let (word, after) =
                quoted(text).ok_or("a word in quotation marks is not closed")?;
            call.words.push(word);
            rest = after.trim_start();
            continue;
        }
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        match rest[..end].split_once('=') {
            Some((key, value)) if is_key(key) => {
                if !value.starts_with('"') {
                    return Err(format!(
                        "the value of `{key}` stands in quotation marks: {key}=\"{value}\""
                    ));
                }
                let (value, after) = quoted(&rest[key.len() + 2..]).ok_or_else(|| {
                    format!("the value of `{key}` is not closed: a `\"` is missing")
                })?;
                call.keys.push((key.to_owned(), value));
                rest = after.trim_start();
            }
            _ => {
                call.words.push(rest[..end].to_owned());
                rest = rest[end..].trim_start();
            }
        }
    }
    Ok(call)
}

fn is_key(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The value up to the closing quotation mark, `\"` and `\\` undone, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                c @ ('"' | '\\') => value.push(c),
                c => value.extend(['\\', c]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Placed {
        parse(line).unwrap().remove(0)
    }

    fn error(line: &str) -> String {
        parse(line).unwrap_err().to_string()
    }

    #[test]
    fn words_keys_and_lines_are_read() {
        let call = &parse("a\n\n{{#item src/net.rs impl Read for A from=\"let x = \\\"1\\\";\" to=\"}}\"}}\n").unwrap()[0];
        assert_eq!((call.line, call.name.as_str()), (3, "item"));
        assert_eq!(call.words, ["src/net.rs", "impl", "Read", "for", "A"]);
        assert_eq!(call.key("from"), Some("let x = \"1\";"));
        assert_eq!(call.key("to"), Some("}}"));
        assert_eq!(call.key("via"), None);
    }

    #[test]
    fn several_words_in_quotation_marks_are_one() {
        assert_eq!(
            one("{{#item src/a.rs \"impl A\" b}}").words,
            ["src/a.rs", "impl A", "b"]
        );
    }

    #[test]
    fn a_backslash_before_anything_else_stays() {
        assert_eq!(one("{{#a k=\"b\\n\\\\\"}}").key("k"), Some("b\\n\\"));
    }

    #[test]
    fn code_is_left_alone() {
        let text = "```\n{{#item x}}\n```\n`{{#item}}` is one\n<!-- \n{{#item x\n-->\n{{#ticket}}\n";
        assert_eq!(parse(text).unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_well_formed_says_why() {
        assert!(error("{{#item a").contains("`}}` is missing at the end"));
        assert!(error("see {{#item a}}").contains("a line of its own"));
        assert!(error("  {{#item a}}").contains("from the margin"));
        assert!(error("{{#item a}} there").contains("nothing may follow"));
        assert!(error("{{#item a from=b}}").contains("from=\"b\""));
        assert!(error("{{#item a from=\"b}}").contains("not closed"));
        assert!(error("\n{{#item a").starts_with("line 2: "));
    }
}
