//! Every output that the book prints is what the program prints.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bestiary::normal;
use bestiary::outputs::{Tool, again, snapshot, stored};
use bestiary::scratch::Scratch;
use bookbinder::Chapter;
use bookbinder::directives::{self, Program, Run};
use insta::comparator::Comparator;
use insta::internals::SnapshotContents;
use insta::{Settings, Snapshot};
use promises::absent::not_checked;
use promises::workspace::{programs, workspace};

use crate::assert_none;

#[test]
fn every_output_in_the_book_is_what_the_program_prints() {
    let mut wrong = Vec::new();
    let mut missing: BTreeMap<Tool, usize> = BTreeMap::new();
    for (chapter, run) in all_runs() {
        if let Some(tool) = Tool::of(&run).filter(|tool| !tool.is_here()) {
            *missing.entry(tool).or_default() += 1;
            continue;
        }
        let place = format!(
            "{}:{} ({})",
            chapter.path("README.md"),
            run.line,
            run.command(chapter)
        );
        match again(&run, chapter, programs(), workspace().root()) {
            Err(error) => wrong.push(format!("{place}: {error:#}")),
            // insta prints how the two differ.
            Ok(text) if !is_as_stored(chapter, &run, &text) => {
                wrong.push(format!("{place}: is not {}", chapter.path(&run.snapshot())));
            }
            Ok(_) => {}
        }
    }
    for (tool, outputs) in missing {
        not_checked(&format!("{outputs} outputs of {tool}"), tool.remedy());
    }
    assert_none(
        &wrong,
        "these outputs are not as printed (`cargo bestiary record` stores them anew)",
    );
}

#[test]
fn every_stored_output_is_in_the_book() {
    let mut asked: BTreeSet<String> = BTreeSet::new();
    for (chapter, run) in all_runs() {
        asked.insert(chapter.path(&run.snapshot()));
    }
    let chapters = workspace().chapters().iter();
    let all = chapters.flat_map(|chapter| {
        let stored = stored(chapter).expect("the stored outputs can be listed");
        stored.into_iter().map(|path| chapter.path(&path))
    });
    let strays: Vec<String> = all.filter(|path| !asked.contains(path)).collect();
    assert_none(&strays, "no page shows these outputs");
}

fn all_runs() -> Vec<(&'static Chapter, Run)> {
    let chapters = workspace().chapters().iter();
    chapters
        .flat_map(|chapter| {
            let runs =
                directives::runs(chapter).unwrap_or_else(|error| panic!("{error:#}"));
            runs.into_iter().map(move |run| (chapter, run))
        })
        .collect()
}

fn is_as_stored(chapter: &Chapter, run: &Run, text: &str) -> bool {
    let mut settings = Settings::new();
    settings.set_snapshot_path(chapter.dir.join("outputs"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_comparator(Box::new(Printed { measured: run.measured }));
    let compared = || settings.bind(|| insta::assert_snapshot!(run.stem(), text));
    catch_unwind(AssertUnwindSafe(compared)).is_ok()
}

/// How what was printed is compared with what is stored.
#[derive(Clone, Copy)]
struct Printed {
    /// Whether only the shape counts, for the numbers belong to the machine.
    measured: bool,
}

impl Printed {
    fn text(self, snapshot: &Snapshot) -> String {
        let SnapshotContents::Text(text) = snapshot.contents() else {
            return String::new();
        };
        let text = text.to_string();
        let text = if cfg!(target_os = "linux") { text } else { normal::any_unix(&text) };
        if self.measured { normal::shape(&text) } else { text.trim_end().to_owned() }
    }
}

impl Comparator for Printed {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        self.text(reference) == self.text(test)
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(*self)
    }
}

#[test]
fn an_output_that_is_not_as_stored_is_noticed() {
    let scratch = Scratch::new().expect("a folder for temporary files");
    let chapter =
        Chapter { dir: scratch.path().to_owned(), ..workspace().chapters()[0].clone() };
    let stored = |measured| Run {
        program: Program::Example("nap".into()),
        args: vec!["-n".into(), "3".into()],
        env: vec![],
        strace: false,
        ledger: false,
        measured,
        release: false,
        line: 1,
    };
    let (printed, measured) = (stored(false), stored(true));
    fs::create_dir(scratch.path().join("outputs")).expect("a folder");
    let text = "woke after 50 ms\n\nand slept\n";
    fs::write(
        scratch.path().join(printed.snapshot()),
        snapshot(&printed, &chapter, text),
    )
    .expect("a file");
    for run in [&printed, &measured] {
        assert!(is_as_stored(&chapter, run, text));
        assert!(!is_as_stored(&chapter, run, "woke after 50 ms\n\nand wept\n"));
    }
    let slower = "woke after 1.2 s\n\nand slept\n";
    assert!(is_as_stored(&chapter, &measured, slower));
    assert!(!is_as_stored(&chapter, &printed, slower));
}
