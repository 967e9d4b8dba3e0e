//! Rust, by the compiler's own lexer.

use super::{Kind, Piece, Pieces, name};
use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type",
    "unsafe", "use", "where", "while",
];

#[rustfmt::skip]
const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16",
    "u32", "u64", "u128", "usize",
];

/// Cuts Rust code into pieces; what is no Rust becomes plain text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Pieces::of(text);
    let mut after_fn = false;
    let mut tokens = tokenize(text, FrontmatterAllowed::No).peekable();
    while let Some(token) = tokens.next() {
        let mut len = token.len as usize;
        let word = &pieces.rest()[..len];
        let kind = match token.kind {
            TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {
                Kind::Comment
            }
            TokenKind::Lifetime { .. } | TokenKind::RawLifetime => Kind::Lifetime,
            TokenKind::Literal {
                kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
                ..
            } => Kind::Number,
            TokenKind::Literal { .. } => Kind::String,
            TokenKind::Pound => match attribute(pieces.rest()) {
                Some(whole) => {
                    while len < whole {
                        len += tokens.next().map_or(whole - len, |t| t.len as usize);
                    }
                    Kind::Attribute
                }
                None => Kind::Plain,
            },
            TokenKind::Ident if KEYWORDS.contains(&word) => Kind::Keyword,
            TokenKind::Ident if PRIMITIVES.contains(&word) => Kind::Type,
            TokenKind::Ident | TokenKind::RawIdent if after_fn => Kind::Function,
            TokenKind::Ident if is_macro(&pieces.rest()[len..]) => {
                tokens.next();
                len += 1;
                Kind::Macro
            }
            TokenKind::Ident | TokenKind::RawIdent => name(word),
            _ => Kind::Plain,
        };
        if token.kind != TokenKind::Whitespace {
            after_fn = word == "fn";
        }
        pieces.take(kind, len);
    }
    pieces.pieces
}

/// Is what follows a name the `!` of a macro's call, and not of `!=`?
fn is_macro(rest: &str) -> bool {
    rest.starts_with('!') && !rest.starts_with("!=")
}

/// The length of the attribute (`#[…]`, `#![…]`) that `text` starts with.
fn attribute(text: &str) -> Option<usize> {
    if !text.starts_with("#[") && !text.starts_with("#![") {
        return None;
    }
    let (mut depth, mut len) = (0, 0);
    for token in tokenize(text, FrontmatterAllowed::No) {
        len += token.len as usize;
        match token.kind {
            TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseBracket if depth == 1 => return Some(len),
            TokenKind::CloseBracket => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::of_kind;
    use super::*;

    #[test]
    fn literals_that_look_like_each_other_are_told_apart() {
        let code = r####"fn a<'x>(c: &'x str) { b'\n'; '\''; 'a'; r#"x"y"#; c"z"; 1.5e3; 0..2; }"####;
        assert_eq!(of_kind("rs", code, Kind::Lifetime), ["'x", "'x"]);
        assert_eq!(
            of_kind("rs", code, Kind::String),
            [r"b'\n'", r"'\''", "'a'", r##"r#"x"y"#"##, "c\"z\""]
        );
        assert_eq!(of_kind("rs", code, Kind::Number), ["1.5e3", "0", "2"]);
    }

    #[test]
    fn names_are_told_from_macros_types_and_functions() {
        let code = "async fn serve(n: usize) -> Shop { assert!(n != 0); TcpStream::<T>::connect(n, MOST) }";
        assert_eq!(of_kind("rs", code, Kind::Function), ["serve"]);
        assert_eq!(of_kind("rs", code, Kind::Macro), ["assert!"]);
        assert_eq!(of_kind("rs", code, Kind::Type), ["usize", "Shop", "TcpStream", "T"]);
        assert_eq!(of_kind("rs", code, Kind::Name), ["connect", "MOST"]);
        assert_eq!(of_kind("rs", code, Kind::Keyword), ["async", "fn"]);
    }

    #[test]
    fn an_attribute_is_one_piece_with_its_brackets() {
        let code = "#[cfg(any(a = \"]\", b))]\n#![no_std]\nlet x = [1];";
        assert_eq!(
            of_kind("rs", code, Kind::Attribute),
            ["#[cfg(any(a = \"]\", b))]", "#![no_std]"]
        );
    }

    #[test]
    fn doc_comments_and_unclosed_ones_are_comments() {
        assert_eq!(of_kind("rs", "/// a\nx /* b", Kind::Comment), ["/// a", "/* b"]);
    }
}
