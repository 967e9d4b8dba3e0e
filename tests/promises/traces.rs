//! Every picture of a run at work replays a recorded run, and a fresh run is the same.

use std::collections::BTreeSet;

use bestiary::traces::{again, difference};
use bookbinder::Chapter;
use bookbinder::directives;
use bookbinder::trace::Trace;
use promises::absent::not_checked;
use promises::workspace::{programs, workspace};

use crate::assert_none;

#[test]
fn traces_are_what_the_program_does() {
    if !cfg!(target_os = "linux") {
        // Another kernel lists those who have news in another order.
        return not_checked("the recorded runs", "run this on Linux");
    }
    let mut wrong = Vec::new();
    for (chapter, trace) in all() {
        let place = chapter.path(&trace.json());
        let told = trace.recorded(chapter).and_then(|stored| {
            let fresh = again(&trace, chapter, programs(), workspace().root())?;
            Ok(difference(&stored, &fresh))
        });
        match told {
            Err(error) => wrong.push(format!("{place}: {error:#}")),
            Ok(Some(difference)) => wrong.push(format!(
                "{place}: `{}` records it anew\n{difference}",
                trace.record_command(chapter)
            )),
            Ok(None) => {}
        }
    }
    assert_none(&wrong, "these runs are not what the programs do now");
}

#[test]
fn every_trace_is_on_a_page() {
    let mut wrong = Vec::new();
    for chapter in workspace().chapters() {
        let text = chapter.text().expect("the chapter can be read");
        let calls = directives::parse(&text).expect("its directives can be read");
        let shown: BTreeSet<String> = calls
            .into_iter()
            .filter(|call| call.name == "trace")
            .flat_map(|call| call.words)
            .collect();
        let traces = Trace::all(chapter).unwrap_or_else(|error| panic!("{error:#}"));
        let unused = traces.iter().filter(|trace| !shown.contains(&trace.name));
        wrong.extend(unused.map(|trace| {
            format!(
                "{}: no page has {{{{#trace {}}}}}",
                chapter.path(&trace.toml()),
                trace.name
            )
        }));
    }
    assert_none(&wrong, "a trace that nobody sees is not kept");
}

#[test]
fn every_step_of_a_trace_has_a_sentence_and_its_line_of_source() {
    let mut wrong = Vec::new();
    for (chapter, trace) in all() {
        match trace.steps(chapter).and_then(|steps| Ok((steps, trace.places(chapter)?))) {
            Err(error) => wrong.push(format!("{error:#}")),
            Ok((steps, places)) => {
                let dumb = steps.iter().filter(|step| step.say.trim().is_empty());
                wrong.extend(dumb.map(|step| {
                    format!(
                        "{}: {} says nothing",
                        chapter.path(&trace.toml()),
                        step.number()
                    )
                }));
                if places.is_empty() {
                    wrong.push(format!(
                        "{}: no step has a line of source",
                        chapter.path(&trace.json())
                    ));
                }
            }
        }
    }
    assert_none(&wrong, "what these traces tell is not whole");
}

#[test]
fn the_chapters_so_far_replay_two_runs_each() {
    let of =
        |number| all().iter().filter(|(chapter, _)| chapter.number == number).count();
    assert!(of(1) >= 2 && of(2) >= 2, "chapter 1 has {}, chapter 2 has {}", of(1), of(2));
}

fn all() -> Vec<(&'static Chapter, Trace)> {
    let chapters = workspace().chapters().iter();
    chapters
        .flat_map(|chapter| {
            let traces = Trace::all(chapter).unwrap_or_else(|error| panic!("{error:#}"));
            traces.into_iter().map(move |trace| (chapter, trace))
        })
        .collect()
}
