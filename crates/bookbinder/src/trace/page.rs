//! A trace as HTML: the picture and the table, and what the player adds to them.
//!
//! Without JavaScript, and on paper, the picture and the table are all there is. The player
//! (`book/theme/trace.js`) reads the words from the table; what else it shows at each step stands
//! beside them as JSON.

use super::board::Lines;
use super::excerpt::Excerpts;
use super::steps::{Step, What};
use super::symbols::Symbol;
use super::{Trace, board, drawing, excerpt};
use crate::Chapter;
use crate::held::ROOT;
use crate::html::{escaped, slug, with_code};
use anyhow::Result;
use ledger::Lane;
use serde::Serialize;
use std::fmt::Write;

/// What the player is given, besides the picture and the table.
#[derive(Serialize)]
struct Data<'a> {
    /// The places of the board.
    places: Vec<Place>,
    steps: Vec<Frame>,
    /// Pieces of source, as HTML.
    sources: &'a [String],
}

/// A place of the board.
#[derive(Serialize)]
struct Place {
    name: String,
    /// What stands there when nothing does.
    nothing: &'static str,
}

/// What the player shows at one step.
#[derive(Serialize)]
struct Frame {
    /// What holds after it: lines for each place.
    board: Vec<Lines>,
    /// Which piece of source to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<usize>,
}

/// The figure of a trace.
///
/// # Errors
///
/// What [`Trace::steps`] and [`Trace::places`] say, or the picture would be too wide.
pub(crate) fn figure(trace: &Trace, chapter: &Chapter) -> Result<String> {
    let steps = trace.steps(chapter)?;
    let excerpts = excerpt::all(trace, &steps, chapter)?;
    let drawing = drawing::of(trace, &steps)?;
    let id = slug(&format!("trace-{}-{}", chapter.package, trace.name));
    let data = data(trace, &steps, &excerpts);
    let mut out = format!(
        "<figure class=\"trace\" id=\"{id}\" aria-labelledby=\"{id}-title\">\
         <bestiary-trace style=\"--w: {}; --h: {}\"><p class=\"trace-title\" id=\"{id}-title\">{}</p>\
         <div class=\"trace-picture\">{}{}</div>",
        drawing.size.0,
        drawing.size.1,
        with_code(trace.title()),
        drawing.head,
        drawing.rows
    );
    key(&steps, &mut out);
    table(trace, &steps, chapter, &mut out);
    let _ = write!(
        out,
        "<script type=\"application/json\">{}</script></bestiary-trace>\
         <figcaption><span class=\"about\">{}</span> <code class=\"cmd\">{}</code></figcaption></figure>",
        json(&data)?,
        with_code(&trace.told.about),
        escaped(&trace.command())
    );
    Ok(out)
}

fn data<'a>(trace: &Trace, steps: &[Step], excerpts: &'a Excerpts) -> Data<'a> {
    let boards: Vec<[Lines; 5]> =
        steps.iter().map(|step| board::of(&step.after)).collect();
    // A place that never has anything is not worth a line.
    let used = |place: &usize| boards.iter().any(|board| !board[*place].is_empty());
    let used: Vec<usize> = (0..board::NOTHING.len()).filter(used).collect();
    let name = |place: usize| match place.checked_sub(1) {
        None => "thread".to_owned(),
        Some(lane) => trace.lane(Lane::ALL[lane], steps),
    };
    let place =
        |place: &usize| Place { name: name(*place), nothing: board::NOTHING[*place] };
    let frame = |(step, board): (&Step, [Lines; 5])| Frame {
        board: used.iter().map(|place| board[*place].clone()).collect(),
        source: step.entry().and_then(|entry| excerpts.of(entry)),
    };
    let places = used.iter().map(place).collect();
    Data {
        places,
        steps: steps.iter().zip(boards).map(frame).collect(),
        sources: excerpts.html(),
    }
}

/// JSON that may stand in a script: nothing in it ends the script.
fn json(data: &Data<'_>) -> Result<String> {
    Ok(serde_json::to_string(data)?.replace('<', "\\u003c"))
}

/// What the signs of the picture mean.
fn key(steps: &[Step], out: &mut String) {
    out.push_str("<ul class=\"trace-key\">");
    for symbol in Symbol::used(steps.iter().filter_map(Step::entry)) {
        let _ = write!(
            out,
            "<li><svg viewBox=\"0 0 16 16\" width=\"16\" height=\"16\" aria-hidden=\"true\" focusable=\"false\"><path class=\"sign {}\" d=\"{}\"/></svg> {}</li>",
            symbol.class(),
            symbol.path(8, 8),
            symbol.means()
        );
    }
    out.push_str("</ul>");
}

/// The steps in words.
fn table(trace: &Trace, steps: &[Step], chapter: &Chapter, out: &mut String) {
    let _ = write!(
        out,
        "<details class=\"trace-steps\"><summary>The {} steps in words</summary>\
         <div class=\"table-wrapper\"><table><thead><tr><th scope=\"col\">No</th><th scope=\"col\">who</th>\
         <th scope=\"col\">what</th><th scope=\"col\">in words</th><th scope=\"col\">source</th></tr></thead><tbody>",
        steps.len()
    );
    for step in steps {
        let _ = write!(out, "<tr><td class=\"n\">{}</td>", step.number());
        match &step.what {
            What::Entry(entry) => {
                let objects: Vec<String> =
                    entry.objects.iter().map(ToString::to_string).collect();
                let _ = write!(
                    out,
                    "<td class=\"who\">{}</td><td class=\"what\"><b>{}</b> {}<span class=\"lane\"> ({})</span></td>",
                    escaped(&entry.actor),
                    escaped(&entry.verb),
                    escaped(&objects.join(", ")),
                    escaped(&trace.lane(step.before.lane(entry), steps)),
                );
            }
            What::LeftOut { from, to } => {
                let _ = write!(
                    out,
                    "<td class=\"who\"></td><td class=\"what\">{} entries, not shown</td>",
                    to - from + 1
                );
            }
        }
        let source = step.entry().map(|entry| excerpt::link(&entry.at, chapter, ROOT));
        let _ = write!(
            out,
            "<td class=\"say\">{}</td><td class=\"source\">{}</td></tr>",
            with_code(&step.say),
            source.unwrap_or_default()
        );
    }
    out.push_str("</tbody></table></div></details>");
}

#[cfg(test)]
mod tests {
    use super::super::testing::{LEDGER, scratch};
    use super::*;
    use crate::links;
    use crate::testing::Scratch;

    const TOML: &str = "program = \"nap\"\ntitle = \"A <nap>\"\nabout = \"It `naps`.\"\n";

    fn html() -> String {
        let scratch = scratch(TOML, LEDGER);
        let chapter = scratch.chapter(1);
        figure(&Trace::of(&chapter, "a-nap").unwrap(), &chapter).unwrap()
    }

    #[test]
    fn the_caption_comes_last_and_the_title_is_the_figures_name() {
        let html = html();
        assert!(html.starts_with("<figure class=\"trace\" id=\"trace-ch01-one-a-nap\""));
        assert!(html.ends_with("</figcaption></figure>"));
        assert!(html.contains("id=\"trace-ch01-one-a-nap-title\">A &lt;nap&gt;</p>"));
        assert!(html.contains("It <code>naps</code>."));
    }

    #[test]
    fn the_table_tells_every_step() {
        let html = html();
        assert!(html.contains("<summary>The 9 steps in words</summary>"));
        assert_eq!(html.matches("<td class=\"say\">").count(), 9);
        assert!(html.contains("<td class=\"who\">customer 1</td><td class=\"what\"><b>read</b> fd 2, bytes 16<span class=\"lane\"> (kernel)</span></td>"));
        assert!(html.contains("ch01-one/code.html#src-net-rs-L8\">src/net.rs:8</a>"));
    }

    #[test]
    fn the_data_ends_no_script() {
        let html = html();
        let data = html
            .split("application/json\">")
            .nth(1)
            .unwrap()
            .split("</script>")
            .next()
            .unwrap();
        assert!(!data.contains('<'));
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["steps"].as_array().unwrap().len(), 9);
        assert_eq!(data["sources"].as_array().unwrap().len(), 8);
        assert_eq!(
            data["steps"][3]["board"][0][0],
            "stands still in the kernel: until an event"
        );
    }

    #[test]
    fn it_is_html_that_a_browser_reads_without_an_error() {
        let out = Scratch::new();
        let body = html().replace(ROOT, "");
        assert!(!body.contains(" hidden"), "`hidden` is not allowed within SVG");
        out.file(
            "index.html",
            &format!("<!DOCTYPE html><html><body><main>text{body}</main></body></html>"),
        );
        out.file("ch01-one/code.html", "<!DOCTYPE html><html><body><main>text<i id=src-net-rs-L2></i><i id=src-net-rs-L3></i><i id=src-net-rs-L4></i><i id=src-net-rs-L5></i><i id=src-net-rs-L6></i><i id=src-net-rs-L7></i><i id=src-net-rs-L8></i><i id=src-net-rs-L9></i></main></body></html>");
        let found: Vec<String> =
            links::check(out.path()).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(found, [""; 0]);
    }
}
