//! Colours code while the book is built, so that readers need no script for it.
//!
//! A piece of code is cut into [`Piece`]s that together give the code back. The
//! style sheet colours their classes.

mod plain;
mod python;
mod rust;

use crate::html;

/// Text of one kind, within one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The kind of text this is.
    pub kind: Kind,
    /// The text itself.
    pub text: &'a str,
}

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Space and punctuation.
    Plain,
    /// A name without a colour of its own. It gets an element all the same: mdBook's search
    /// splits words at elements, and would miss the `bind` of `TcpListener::bind` otherwise.
    Name,
    /// `fn`, `async`, `def`, …
    Keyword,
    /// A name in capitals, or a primitive type.
    Type,
    /// A function's name where it is defined.
    Function,
    /// `println!`
    Macro,
    /// Any text or character literal.
    String,
    /// A number.
    Number,
    /// Any comment, doc comments too.
    Comment,
    /// `'a`
    Lifetime,
    /// `#[derive(…)]`, `@decorator`, `[table]`
    Attribute,
}

impl Kind {
    /// The class that the style sheet colours; an empty one for a bare element, none for no element.
    pub fn class(self) -> Option<&'static str> {
        Some(match self {
            Kind::Plain => return None,
            Kind::Name => "",
            Kind::Keyword => "t-keyword",
            Kind::Type => "t-type",
            Kind::Function => "t-function",
            Kind::Macro => "t-macro",
            Kind::String => "t-string",
            Kind::Number => "t-number",
            Kind::Comment => "t-comment",
            Kind::Lifetime => "t-lifetime",
            Kind::Attribute => "t-attr",
        })
    }
}

/// The lines of a file, coloured by what its name says it is.
///
/// There are as many as [`str::lines`] gives.
pub fn file<'a>(path: &str, text: &'a str) -> Vec<Vec<Piece<'a>>> {
    let extension = path.rsplit_once('.').map_or("", |(_, e)| e);
    language(extension, text)
}

/// The lines of a text in a language, named as a code fence or a file's extension names it.
pub fn language<'a>(name: &str, text: &'a str) -> Vec<Vec<Piece<'a>>> {
    let pieces = match name {
        "rs" | "rust" => rust::pieces(text),
        "py" | "python" => python::pieces(text),
        "toml" => plain::toml(text),
        "sh" | "bash" | "console" => plain::shell(text),
        _ => vec![Piece { kind: Kind::Plain, text }],
    };
    by_line(pieces)
}

/// Appends a piece as HTML, marked with `mark` (another class) if there is one.
pub fn write(piece: Piece<'_>, mark: Option<&str>, out: &mut String) {
    let class = match (piece.kind.class(), mark) {
        (None, None) => return html::escape(piece.text, out),
        (None | Some(""), Some(mark)) => mark.to_owned(),
        (Some(class), None) => class.to_owned(),
        (Some(class), Some(mark)) => format!("{class} {mark}"),
    };
    if class.is_empty() {
        out.push_str("<span>");
    } else {
        out.push_str("<span class=\"");
        out.push_str(&class);
        out.push_str("\">");
    }
    html::escape(piece.text, out);
    out.push_str("</span>");
}

fn by_line(pieces: Vec<Piece<'_>>) -> Vec<Vec<Piece<'_>>> {
    let mut lines = vec![Vec::new()];
    for Piece { kind, text } in pieces {
        for (n, part) in text.split('\n').enumerate() {
            if n > 0 {
                lines.push(Vec::new());
            }
            let text = part.strip_suffix('\r').unwrap_or(part);
            if !text.is_empty() {
                lines.last_mut().expect("never empty").push(Piece { kind, text });
            }
        }
    }
    // As with `str::lines`, what follows the last line's end is no line.
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// Collects pieces; neighbours of the plain kind become one.
struct Pieces<'a> {
    text: &'a str,
    done: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Pieces<'a> {
    fn of(text: &'a str) -> Pieces<'a> {
        Pieces { text, done: 0, pieces: Vec::new() }
    }

    /// The text that no piece covers yet.
    fn rest(&self) -> &'a str {
        &self.text[self.done..]
    }

    /// Makes the next `len` bytes a piece.
    fn take(&mut self, kind: Kind, len: usize) -> &'a str {
        let start = self.done;
        self.done += len;
        let text = &self.text[start..self.done];
        match self.pieces.last_mut() {
            Some(last) if last.kind == Kind::Plain && kind == Kind::Plain => {
                last.text = &self.text[start - last.text.len()..self.done];
            }
            _ if len > 0 => self.pieces.push(Piece { kind, text }),
            _ => {}
        }
        text
    }
}

/// The kind of a name that the language gives no meaning: a type if it looks like one, and
/// `CONSTANTS` do not. Names of a letter or two stay plain: nobody searches for them.
fn name(word: &str) -> Kind {
    let small = word.contains(char::is_lowercase) || word.len() == 1;
    if word.starts_with(char::is_uppercase) && small {
        Kind::Type
    } else if word.len() > 2 {
        Kind::Name
    } else {
        Kind::Plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of one kind, in order.
    pub(super) fn of_kind<'a>(language: &str, text: &'a str, kind: Kind) -> Vec<&'a str> {
        super::language(language, text)
            .into_iter()
            .flatten()
            .filter(|p| p.kind == kind)
            .map(|p| p.text)
            .collect()
    }

    #[test]
    fn lines_give_the_text_back_in_every_language() {
        let texts = [
            "fn a() {\n    \"x\ny\" /* 1\n2 */\n}\n",
            "def f():\r\n\treturn '''a\nb'''  # é\n",
            "[a]\nb = \"c # d\" # e\n\n",
            "cargo run # x\n\n\"unclosed",
            "",
            "\n",
            "\"é\\",
        ];
        for name in ["rs", "py", "toml", "sh", "txt"] {
            for text in texts {
                let got: Vec<String> = language(name, text)
                    .iter()
                    .map(|line| line.iter().map(|p| p.text).collect())
                    .collect();
                let want: Vec<&str> = text.lines().collect();
                assert_eq!(got, want, "{name}: {text:?}");
            }
        }
    }

    #[test]
    fn a_mark_joins_the_class() {
        let mut out = String::new();
        write(Piece { kind: Kind::Keyword, text: "fn" }, Some("w"), &mut out);
        write(Piece { kind: Kind::Plain, text: "<" }, None, &mut out);
        write(Piece { kind: Kind::Name, text: "name" }, None, &mut out);
        assert_eq!(out, "<span class=\"t-keyword w\">fn</span>&lt;<span>name</span>");
    }
}
