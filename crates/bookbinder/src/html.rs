//! Writing text into HTML.

/// Appends `text` with everything that HTML or Markdown could take for markup escaped.
pub fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// `text`, escaped.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    escape(text, &mut out);
    out
}

/// Plain text in which `` `code` `` becomes `<code>`; everything else is escaped.
pub fn with_code(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('`').peekable();
    let mut code = false;
    while let Some(part) = parts.next() {
        // A backtick that nothing closes is a backtick.
        if code && parts.peek().is_none() {
            out.push('`');
            code = false;
        }
        out.push_str(if code { "<code>" } else { "" });
        escape(part, &mut out);
        out.push_str(if code { "</code>" } else { "" });
        code = !code;
    }
    out
}

/// A file's path as part of an `id`: `src/net.rs` gives `src-net-rs`.
pub fn slug(path: &str) -> String {
    path.chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .collect()
}

/// `html` without blank lines, which would end a block of HTML in Markdown early.
///
/// The lines of a `<pre>` stay what they were: a blank one is kept as `&#10;`.
pub fn block(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (n, line) in html.trim_end().split('\n').enumerate() {
        let blank = line.trim().is_empty();
        out.push_str(match (n, blank) {
            (0, _) => "",
            (_, true) => "&#10;",
            (_, false) => "\n",
        });
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped() {
        assert_eq!(escaped("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
    }

    #[test]
    fn backticks_make_code_and_a_lone_one_stays() {
        assert_eq!(with_code("`a<b` it"), "<code>a&lt;b</code> it");
        assert_eq!(with_code("it's 5` long"), "it's 5` long");
    }

    #[test]
    fn a_block_has_no_blank_lines() {
        assert_eq!(block("<pre>a\n\n \nb</pre>\n"), "<pre>a&#10;&#10; \nb</pre>");
    }

    #[test]
    fn a_slug_names_a_path() {
        assert_eq!(slug("src/shop/counter.rs"), "src-shop-counter-rs");
    }
}
