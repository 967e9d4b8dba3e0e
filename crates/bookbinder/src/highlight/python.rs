//! Python: keywords, text, numbers, comments, decorators and the names of definitions.

use super::{Kind, Piece, Pieces, name};

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Cuts Python code into pieces.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Pieces::of(text);
    let mut defines = None;
    while let Some(c) = pieces.rest().chars().next() {
        let rest = pieces.rest();
        if let Some(len) = string(rest) {
            pieces.take(Kind::String, len);
        } else if c == '#' {
            pieces.take(Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
        } else if c == '@' && starts_line(&text[..pieces.done]) {
            let end = |c: char| !(c.is_alphanumeric() || "@_.".contains(c));
            pieces.take(Kind::Attribute, rest.find(end).unwrap_or(rest.len()));
        } else if c.is_ascii_digit() {
            let end = |c: char| !(c.is_alphanumeric() || "_.".contains(c));
            pieces.take(Kind::Number, rest.find(end).unwrap_or(rest.len()));
        } else if c.is_alphabetic() || c == '_' {
            let end = |c: char| !(c.is_alphanumeric() || c == '_');
            let word = &rest[..rest.find(end).unwrap_or(rest.len())];
            let kind = match defines.take() {
                _ if KEYWORDS.contains(&word) => Kind::Keyword,
                Some("def") => Kind::Function,
                Some("class") => Kind::Type,
                _ => name(word),
            };
            pieces.take(kind, word.len());
            defines = Some(word);
        } else {
            pieces.take(Kind::Plain, c.len_utf8());
        }
    }
    pieces.pieces
}

/// Is there only space between the start of the line and here?
fn starts_line(before: &str) -> bool {
    before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
}

/// The length of the text literal that `rest` starts with, prefix and quotes included.
fn string(rest: &str) -> Option<usize> {
    let prefix = rest.find(['"', '\''])?;
    let is_prefix = |c: char| "rbfutRBFUT".contains(c);
    if prefix > 2 || !rest[..prefix].chars().all(is_prefix) {
        return None;
    }
    let quote = &rest[prefix..=prefix];
    let triple = quote.repeat(3);
    let (close, one_line) = match rest[prefix..].starts_with(&triple) {
        true => (triple.as_str(), false),
        false => (quote, true),
    };
    let mut at = prefix + close.len();
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with(close) {
            return Some(at + close.len());
        }
        let mut chars = here.chars();
        match chars.next()? {
            '\\' => at += 1 + chars.next().map_or(0, char::len_utf8),
            '\n' if one_line => return Some(at),
            c => at += c.len_utf8(),
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::super::tests::of_kind;
    use super::*;

    #[test]
    fn text_keeps_its_prefix_its_quotes_and_its_escapes() {
        let code = "f'a\\'b' + \"\"\"c\n\"d\"\"\" + rb\"e\" + if'x'";
        assert_eq!(
            of_kind("py", code, Kind::String),
            ["f'a\\'b'", "\"\"\"c", "\"d\"\"\"", "rb\"e\"", "'x'"]
        );
    }

    #[test]
    fn definitions_keywords_decorators_and_numbers() {
        let code = "@app.route\nasync def nap(s):  # zzz\n    await sleep(60.5)\nclass shop: x = a @ b";
        assert_eq!(of_kind("py", code, Kind::Attribute), ["@app.route"]);
        assert_eq!(of_kind("py", code, Kind::Function), ["nap"]);
        assert_eq!(of_kind("py", code, Kind::Type), ["shop"]);
        assert_eq!(of_kind("py", code, Kind::Number), ["60.5"]);
        assert_eq!(of_kind("py", code, Kind::Comment), ["# zzz"]);
        assert_eq!(
            of_kind("py", code, Kind::Keyword),
            ["async", "def", "await", "class"]
        );
    }
}
