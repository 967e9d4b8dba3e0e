//! Every exercise can be solved, no stub is a solution, and each expectation of a grader can fail.
//!
//! The mistakes in `tests/fixtures/exercises/` are small patches of the solutions. The first line
//! of each names the expectation that must not be met.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use std::thread;

use bestiary::child::{WATCHDOG, finish};
use bestiary::crate_copy::Crate;
use bestiary::exercises::{Graded, Mark, Work, grade, solution, start};
use bestiary::patch;
use bestiary::scratch::Scratch;
use bestiary::typed_along;
use bookbinder::Chapter;
use bookbinder::exercises::Exercise;
use promises::workspace::{programs, target_dir, workspace};

use crate::assert_none;

/// A crate that a reader might hand in.
struct Attempt {
    exercise: Exercise,
    /// `ch01-blocking/three-clerks/solution`
    name: String,
    kind: Kind,
    with: Crate,
}

#[derive(Clone, PartialEq)]
enum Kind {
    Stub,
    Solution,
    /// It must miss this.
    Mistake(String),
}

/// An attempt, and what came of grading it.
struct Verdict {
    name: String,
    kind: Kind,
    graded: Graded,
    hints: usize,
}

/// All attempts, graded once for all tests that ask.
fn verdicts() -> &'static [Verdict] {
    static VERDICTS: OnceLock<Vec<Verdict>> = OnceLock::new();
    VERDICTS.get_or_init(|| {
        // What hangs is waited for, so several are looked at while the next is being built.
        let (attempts, verdicts) = (Mutex::new(attempts()), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let next = || attempts.lock().expect("nobody panics with it").pop();
                    while let Some(attempt) = next() {
                        let verdict = verdict(attempt);
                        verdicts.lock().expect("nobody panics with it").push(verdict);
                    }
                });
            }
        });
        verdicts.into_inner().expect("nobody panics with it")
    })
}

fn verdict(attempt: Attempt) -> Verdict {
    let Attempt { exercise, name, kind, with } = attempt;
    let work = Work { with, from: Vec::new() };
    let copy = format!("promised-{}", name.replace('/', "-"));
    let graded = grade(workspace(), &exercise, work, &target_dir().dir, &copy, false);
    let graded = graded.unwrap_or_else(|error| panic!("{name}: {error:#}"));
    Verdict { name, kind, graded, hints: exercise.hints.len() }
}

fn attempts() -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for chapter in workspace().chapters() {
        for exercise in all(chapter) {
            let mut add = |name: &str, kind, with| {
                let name = format!("{}/{}/{name}", chapter.package, exercise.name);
                attempts.push(Attempt { exercise: exercise.clone(), name, kind, with });
            };
            let solved = solution(chapter, &exercise).expect("solution.patch fits");
            for (name, text) in mistakes(chapter, &exercise) {
                let must =
                    text.lines().next().and_then(|l| l.strip_prefix("must miss: "));
                let must =
                    must.unwrap_or_else(|| panic!("{name}: `must miss: …` comes first"));
                let mut with = solved.clone();
                patch::apply(&name, &text, &mut with.files)
                    .expect("the mistake fits the solution");
                add(&name, Kind::Mistake(must.to_owned()), with);
            }
            add("stub", Kind::Stub, start(chapter, &exercise).expect("stub.patch fits"));
            add("solution", Kind::Solution, solved);
        }
    }
    attempts
}

fn all(chapter: &Chapter) -> Vec<Exercise> {
    Exercise::all(chapter).unwrap_or_else(|error| panic!("{error:#}"))
}

/// The mistakes that are known for an exercise, each with its name.
fn mistakes(chapter: &Chapter, exercise: &Exercise) -> Vec<(String, String)> {
    let folder = workspace().root().join("tests/fixtures/exercises");
    let folder = folder.join(&chapter.package).join(&exercise.name);
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|e| e == "patch")).collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let name =
                path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a patch can be read"))
        })
        .collect()
}

/// What was missed: `(expectation, hint)`.
fn missed(said: &str) -> Option<(&str, usize)> {
    let what = said.lines().find_map(|line| line.strip_prefix("MISSED  "))?;
    let hint = said.lines().find_map(|line| line.trim_start().strip_prefix("hint: "))?;
    Some((what, hint.parse().ok()?))
}

#[test]
fn every_chapter_has_three_exercises_and_the_last_is_hard() {
    for chapter in workspace().chapters() {
        let levels: Vec<u8> =
            all(chapter).iter().map(|exercise| exercise.level).collect();
        assert_eq!((levels.len(), levels.last()), (3, Some(&3)), "{}", chapter.package);
        let text = chapter.text().expect("the chapter has a text");
        for exercise in all(chapter) {
            let directive = format!("{{{{#exercise {}}}}}", exercise.name);
            assert!(text.contains(&directive), "{} is not in the text", exercise.name);
        }
    }
}

#[test]
fn every_solution_passes() {
    let solutions = verdicts().iter().filter(|verdict| verdict.kind == Kind::Solution);
    let wrong: Vec<String> = solutions
        .filter(|verdict| verdict.graded.mark != Mark::Passed)
        .map(|verdict| format!("{}:\n{}", verdict.name, verdict.graded.said))
        .collect();
    assert_none(&wrong, "these solutions do not pass");
}

#[test]
fn every_stub_compiles_and_fails_with_what_was_expected_and_seen_and_a_hint() {
    let mut wrong = Vec::new();
    for Verdict { name, graded, hints, .. } in
        verdicts().iter().filter(|verdict| verdict.kind == Kind::Stub)
    {
        let said = &graded.said;
        let helpful = said.contains("        expected: ")
            && said.contains("        seen:     ")
            && missed(said).is_some_and(|(_, hint)| (1..=*hints).contains(&hint));
        if graded.mark != Mark::Missed || !helpful {
            wrong.push(format!("{name}: {:?}\n{said}", graded.mark));
        }
        if !graded.warnings.is_empty() {
            wrong.push(format!("{name} warns:\n{}", graded.warnings));
        }
    }
    assert_none(&wrong, "these stubs do not fail as they should");
}

#[test]
fn every_mistake_misses_what_it_must() {
    let mut wrong = Vec::new();
    for Verdict { name, kind, graded, hints } in verdicts() {
        let Kind::Mistake(must) = kind else { continue };
        let as_it_must = missed(&graded.said)
            .is_some_and(|(what, hint)| what == must && (1..=*hints).contains(&hint));
        if !as_it_must {
            wrong.push(format!("{name} must miss `{must}`:\n{}", graded.said));
        }
    }
    assert_none(&wrong, "these mistakes are not found out");
}

#[test]
fn every_expectation_can_fail() {
    let expectations = |said: &str| -> Vec<String> {
        let kept = said.lines().filter_map(|line| line.strip_prefix("kept    "));
        kept.map(str::to_owned).collect()
    };
    let mut wrong = Vec::new();
    for solved in verdicts().iter().filter(|verdict| verdict.kind == Kind::Solution) {
        let exercise = solved.name.trim_end_matches("solution");
        let others = verdicts().iter().filter(|v| v.name.starts_with(exercise));
        let seen: Vec<&str> =
            others.filter_map(|v| missed(&v.graded.said)).map(|(what, _)| what).collect();
        let never = expectations(&solved.graded.said);
        let never = never.iter().filter(|what| !seen.contains(&what.as_str()));
        wrong.extend(never.map(|what| format!("{exercise}: `{what}`")));
    }
    assert_none(&wrong, "no stub and no mistake misses these; write one");
}

/// Runs `cargo bestiary` with these arguments; what it printed, and how it ended.
fn bestiary(args: &[&str]) -> (String, bool) {
    let program = programs().path("bestiary").expect("the command line is built");
    let mut command = Command::new(program);
    command.args(args).current_dir(workspace().root());
    let done = finish(&mut command, WATCHDOG).expect("it ends");
    (done.stdout + &done.stderr, done.status.success())
}

#[test]
fn check_lists_what_there_is_and_shows_hints_in_stages() {
    let (said, ok) = bestiary(&["check", "1"]);
    assert!(
        ok && said.contains("three-clerks") && said.contains("who-is-still-there"),
        "{said}"
    );
    let (said, ok) = bestiary(&["check", "1", "three-clerks", "--hint"]);
    assert!(ok && said.contains("hint 1 of 3") && said.contains("--hint 2"), "{said}");
    let (said, ok) = bestiary(&["check", "1", "three-clerks", "--hint", "3"]);
    assert!(ok && said.contains("hint 3 of 3") && said.contains("--solution"), "{said}");
    let (said, ok) = bestiary(&["check", "2", "on-the-edge", "--solution"]);
    assert!(ok && said.starts_with("What follows gives it away."), "{said}");
    assert!(said.contains("+++ b/src/shop/customer.rs"), "{said}");
}

#[test]
fn check_says_what_there_is_when_asked_for_what_there_is_not() {
    for (args, said) in [
        (&["check"][..], "which chapter?"),
        (&["check", "99"], "no chapter is called `99`"),
        (&["check", "1", "three-clarks"], "did you mean `three-clerks`?"),
        (&["check", "1", "three-clerks", "--hint", "9"], "has hints 1 to 3"),
        (&["check", "1", "--hint"], "of which exercise?"),
        (&["check", "1", "three-clerks", "--path", "no/such/place"], "no/such/place"),
        (&["check", "1", "three-clerks", "--path", "book"], "src/shop/mod.rs"),
        (&["check", "2", "on-the-edge", "--path", "README.md"], "give a folder"),
        (&["check", "1", "--path", "book"], "a Cargo.toml and a src/lib.rs"),
        (&["check", "1", "three-clerks", "--loud"], "Usage: cargo bestiary check"),
    ] {
        let (out, ok) = bestiary(args);
        assert!(!ok && out.contains(said), "{args:?}: {out}");
    }
}

#[test]
fn a_readers_own_file_is_graded_and_a_slip_is_shown_where_it_is() {
    let chapter = &workspace().chapters()[0];
    let exercise = Exercise::find(chapter, "three-clerks").expect("it is there");
    let file = "src/shop/mod.rs";
    let solved = &solution(chapter, &exercise).expect("it fits").files[file];
    let scratch = Scratch::new().expect("a folder");
    let path = scratch.path().join("mine.rs");
    fs::write(&path, solved.replace("scope.spawn", "scope.swpan")).expect("a file");
    let target = target_dir().dir;
    let grade = || {
        let work =
            bestiary::exercises::work(chapter, &exercise, &path).expect("it is there");
        grade(workspace(), &exercise, work, &target, "promised-mine", false)
            .expect("it is graded")
    };
    let graded = grade();
    assert_eq!(graded.mark, Mark::Refused);
    assert!(
        graded.said.contains("mine.rs:") && graded.said.contains("swpan"),
        "{}",
        graded.said
    );
    fs::write(&path, solved).expect("a file");
    assert_eq!(grade().mark, Mark::Passed);
}

#[test]
fn a_crate_that_was_typed_along_is_held_to_the_chapters_promises() {
    let chapter = &workspace().chapters()[0];
    let scratch = Scratch::new().expect("a folder");
    let mut typed = Crate::of(chapter).expect("the chapter can be read").files;
    let refusal = "DROP needs a garment";
    for (path, text) in &mut typed {
        // The reader's crate has a name of its own, and one slip.
        *text = text
            .replace(&chapter.lib_name(), "my_shop")
            .replace(&chapter.package, "my-shop");
        if path == "src/shop/protocol.rs" {
            assert!(text.contains(refusal));
            *text = text.replace(refusal, "DROP what?");
        }
        let path = scratch.path().join(path);
        fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let check = || {
        let target = target_dir().dir;
        typed_along::check(workspace(), chapter, scratch.path(), &target, false)
    };
    let outcome = check().expect("it compiles");
    let (kept, all) = outcome.count();
    let promises = || outcome.files.iter().flat_map(|file| &file.promises);
    let broken: Vec<_> = promises().filter(|promise| !promise.kept).collect();
    assert_eq!((broken.len(), all - kept), (1, 1), "{broken:#?}");
    assert!(broken[0].said.contains(refusal), "{}", broken[0].said);
    assert!(all > 30, "{all}");

    fs::write(scratch.path().join("src/lib.rs"), "pub mod nut;\n").expect("a file");
    let error = check().expect_err("it does not compile").to_string();
    assert!(error.contains("nut") && error.contains("src/lib.rs:1"), "{error}");
}
