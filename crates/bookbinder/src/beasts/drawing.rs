//! A drawing of a beast: lines of one weight, in the colour of the text around it.
//!
//! All of them have the same frame and the same pen, which is what makes them a family. The
//! pen stands in each file, so that the file can be looked at alone, and is checked here.

use anyhow::{Context, Result, bail, ensure};
use roxmltree::{Document, Node};

/// The attributes of every drawing's `<svg>`.
const PEN: [(&str, &str); 6] = [
    ("viewBox", "0 0 120 120"),
    ("fill", "none"),
    ("stroke", "currentColor"),
    ("stroke-width", "4"),
    ("stroke-linecap", "round"),
    ("stroke-linejoin", "round"),
];

/// What a `<path>` may say besides where it goes: some parts are filled, and then have no outline.
const INK: [(&str, &[&str]); 3] =
    [("fill", &["currentColor"]), ("fill-rule", &["evenodd"]), ("stroke", &["none"])];

/// How large a file may be. There are two dozen drawings on one page.
const LIMIT: usize = 2048;

/// A drawing, read from its file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawing {
    /// What it shows, for those who cannot see it.
    pub title: String,
    paths: String,
}

impl Drawing {
    pub(super) const NONE: Drawing =
        Drawing { title: String::new(), paths: String::new() };

    /// Reads a drawing.
    ///
    /// # Errors
    ///
    /// It is no SVG, too large, has another frame or pen than the others, or has no title.
    pub fn read(svg: &str) -> Result<Drawing> {
        ensure!(svg.len() <= LIMIT, "{} bytes; a drawing has at most {LIMIT}", svg.len());
        let document = Document::parse(svg).context("it is no well-formed SVG")?;
        let root = document.root_element();
        ensure!(root.tag_name().name() == "svg", "it does not begin with <svg>");
        for (name, value) in PEN {
            let found = root.attribute(name).unwrap_or("nothing");
            ensure!(
                found == value,
                "{name} is {found}; every drawing has {name}=\"{value}\""
            );
        }
        let mut drawing = Drawing::default();
        for node in root.children().filter(Node::is_element) {
            match node.tag_name().name() {
                "title" => drawing.title = node.text().unwrap_or("").trim().to_owned(),
                "path" => {
                    ink(node)?;
                    drawing.paths.push_str(&svg[node.range()]);
                }
                other => {
                    bail!("<{other}>; a drawing is made of a <title> and of <path>s")
                }
            }
        }
        ensure!(!drawing.title.is_empty(), "it has no <title>; say what it shows");
        ensure!(!drawing.paths.is_empty(), "it has no <path>");
        Ok(drawing)
    }

    /// The drawing for a page; with `alt` it is told to those who listen, else it is decoration.
    pub(super) fn html(&self, alt: bool) -> String {
        let pen: String =
            PEN.map(|(name, value)| format!(" {name}=\"{value}\"")).concat();
        let told = if alt {
            format!(" role=\"img\" aria-label=\"{}\"", crate::html::escaped(&self.title))
        } else {
            " aria-hidden=\"true\"".to_owned()
        };
        format!("<svg class=\"drawing\"{pen}{told}>{}</svg>", self.paths)
    }
}

/// Only what the pen can do.
fn ink(path: Node<'_, '_>) -> Result<()> {
    ensure!(path.attribute("d").is_some_and(|d| !d.is_empty()), "a <path> without `d`");
    for attribute in path.attributes().filter(|a| a.name() != "d") {
        let (name, value) = (attribute.name(), attribute.value());
        let allowed = INK.iter().find(|(n, _)| *n == name).map(|(_, values)| *values);
        match allowed {
            Some(values) if values.contains(&value) => {}
            Some(values) => {
                bail!("{name}=\"{value}\"; it may be {}", values.join(" or "))
            }
            None => bail!("a <path> has `{name}`; all drawings are drawn with one pen"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        let pen: String =
            PEN.map(|(name, value)| format!(" {name}=\"{value}\"")).concat();
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\"{pen}>{inside}</svg>")
    }

    fn error(svg: &str) -> String {
        format!("{:#}", Drawing::read(svg).unwrap_err())
    }

    #[test]
    fn a_drawing_has_a_title_and_paths() {
        let drawing =
            Drawing::read(&svg("\n <title>A \"duck\"</title>\n <path d=\"M0 0\"/>\n"))
                .unwrap();
        let html = drawing.html(true);
        assert!(
            html.starts_with("<svg class=\"drawing\" viewBox=\"0 0 120 120\""),
            "{html}"
        );
        assert!(
            html.contains("role=\"img\" aria-label=\"A &quot;duck&quot;\""),
            "{html}"
        );
        assert!(html.ends_with("><path d=\"M0 0\"/></svg>"), "{html}");
        assert!(drawing.html(false).contains("aria-hidden"));
    }

    #[test]
    fn what_breaks_the_family_likeness_is_named() {
        let title = "<title>A</title>";
        assert!(error("<svg").contains("no well-formed SVG"));
        assert!(error(&svg("<path d='M0 0'/>")).contains("no <title>"));
        assert!(error(&svg(title)).contains("no <path>"));
        assert!(error(&svg(&format!("{title}<circle r='3'/>"))).contains("<circle>"));
        assert!(
            error(&svg(&format!("{title}<path d='M0 0' fill='red'/>")))
                .contains("it may be currentColor")
        );
        assert!(
            error(&svg(&format!("{title}<path d='M0 0' opacity='.5'/>")))
                .contains("`opacity`")
        );
        assert!(
            error(&svg(title).replace("currentColor", "black"))
                .contains("stroke is black")
        );
        let large = format!("{title}<path d='{}'/>", "M0 0".repeat(600));
        assert!(error(&svg(&large)).contains("at most 2048"));
    }
}
