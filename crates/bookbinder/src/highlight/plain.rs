//! TOML and shell commands: comments, text, and what a line begins with.

use super::{Kind, Piece, Pieces};

/// Cuts TOML into pieces.
pub(super) fn toml(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Pieces::of(text);
    for line in text.split_inclusive('\n') {
        let start = line.trim_start();
        pieces.take(Kind::Plain, line.len() - start.len());
        if start.starts_with('[') {
            let len = start.find('#').unwrap_or(start.len());
            pieces.take(Kind::Attribute, start[..len].trim_end().len());
        } else if let Some(eq) =
            start.find('=').filter(|eq| !start[..*eq].contains(['#', '"']))
        {
            pieces.take(Kind::Name, start[..eq].trim_end().len());
        }
        text_and_comments(&mut pieces, line, text);
    }
    pieces.pieces
}

/// Cuts shell commands into pieces.
pub(super) fn shell(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Pieces::of(text);
    for line in text.split_inclusive('\n') {
        text_and_comments(&mut pieces, line, text);
    }
    pieces.pieces
}

/// Finishes the line: quoted text, a comment after space, and the plain rest.
fn text_and_comments(pieces: &mut Pieces<'_>, line: &str, text: &str) {
    let offset = line.as_ptr() as usize - text.as_ptr() as usize;
    let end = offset + line.len();
    while pieces.done < end {
        let rest = &text[pieces.done..end];
        let before = &text[offset..pieces.done];
        let first = rest.chars().next().expect("not at the end yet");
        match first {
            '#' if before.is_empty() || before.ends_with([' ', '\t']) => {
                pieces.take(Kind::Comment, rest.trim_end_matches(['\n', '\r']).len());
                pieces.take(Kind::Plain, end - pieces.done);
            }
            '"' | '\'' => {
                let len = rest[1..].find(first).map(|n| n + 2);
                let (kind, len) = len.map_or((Kind::Plain, 1), |len| (Kind::String, len));
                pieces.take(kind, len);
            }
            c => {
                pieces.take(Kind::Plain, c.len_utf8());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::of_kind;
    use super::*;

    #[test]
    fn toml_knows_tables_keys_text_and_comments() {
        let code = "# top\n[package]\nname = \"a # b\" # c\n";
        assert_eq!(of_kind("toml", code, Kind::Comment), ["# top", "# c"]);
        assert_eq!(of_kind("toml", code, Kind::Attribute), ["[package]"]);
        assert_eq!(of_kind("toml", code, Kind::Name), ["name"]);
        assert_eq!(of_kind("toml", code, Kind::String), ["\"a # b\""]);
    }

    #[test]
    fn shell_comments_need_space_before_them() {
        let code = "echo a#b 'it' # said\n";
        assert_eq!(of_kind("sh", code, Kind::Comment), ["# said"]);
        assert_eq!(of_kind("sh", code, Kind::String), ["'it'"]);
    }
}
