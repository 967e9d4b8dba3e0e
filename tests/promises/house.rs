//! The rules of the house.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use bookbinder::changes;
use promises::absent::not_checked;
use promises::house::{self, Package};
use promises::licences;
use promises::workspace::{metadata, workspace};
use serde_json::Value;

use crate::assert_none;

fn cargo_says() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| metadata().expect("cargo can describe the workspace"))
}

fn packages() -> Vec<Package> {
    let packages = Package::all(cargo_says());
    assert!(
        packages.iter().any(|package| package.name == "promises"),
        "cargo's description has no packages"
    );
    packages
}

#[test]
fn a_chapter_stands_alone() {
    assert_none(
        &house::chapters_stand_alone(&packages()),
        "a chapter can be read and built without the others",
    );
}

#[test]
fn a_chapters_library_leaves_the_ledger_to_its_programs() {
    let mut wrong = Vec::new();
    for chapter in workspace().chapters() {
        let files = changes::files(chapter).expect("the chapter can be read");
        let library = files
            .iter()
            .filter(|(path, _)| path.starts_with("src/") && *path != "src/main.rs");
        for (path, source) in library {
            wrong.extend(house::library_leaves_the_ledger_alone(
                &chapter.path(path),
                source,
            ));
        }
    }
    assert_none(&wrong, "a library speaks through tracing");
}

#[test]
fn imports_point_one_way() {
    assert_none(
        &house::imports_point_one_way(&packages()),
        "bestiary, over bookbinder and rush, over ledger",
    );
}

#[test]
fn every_program_has_a_name_of_its_own() {
    assert_none(
        &house::names_are_unique(&packages()),
        "`cargo run --example NAME` must mean one program",
    );
}

#[test]
fn every_dependency_may_be_passed_on() {
    let none = Vec::new();
    let wrong: Vec<String> = cargo_says()["packages"]
        .as_array()
        .unwrap_or(&none)
        .iter()
        .filter(|package| {
            !licences::allows(package["license"].as_str().unwrap_or_default())
        })
        .map(|package| {
            format!("{} {}: {}", package["name"], package["version"], package["license"])
        })
        .collect();
    assert_none(&wrong, "these licences are not on the list in tests/src/licences.rs");
}

#[test]
fn nothing_generated_is_committed() {
    let Some(files) = tracked() else { return };
    let paths: Vec<&str> = files.iter().map(String::as_str).collect();
    assert_none(&house::nothing_generated(&paths), "git has files that a tool has made");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let Some(files) = tracked() else { return };
    let mut wrong = Vec::new();
    for path in files {
        // What is not text has no paths to read.
        let Ok(text) = fs::read_to_string(workspace().root().join(&path)) else {
            continue;
        };
        if path.ends_with("Cargo.lock") || path.ends_with("package-lock.json") {
            wrong.extend(house::lock_names_no_mirror(&path, &text));
        } else {
            wrong.extend(house::no_machine_in(&path, &text));
        }
    }
    assert_none(&wrong, "these would surprise a reader elsewhere");
}

/// The files that git has, or would have with the next `git add`.
fn tracked() -> Option<Vec<String>> {
    let root: &Path = workspace().root();
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root)
        .output();
    let Some(listed) = listed.ok().filter(|listed| listed.status.success()) else {
        not_checked("what is committed", "run this in a git checkout");
        return None;
    };
    let files: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .split_terminator('\0')
        .map(str::to_owned)
        .collect();
    assert!(
        files.iter().any(|file| file == "Cargo.toml"),
        "git does not list Cargo.toml"
    );
    Some(files)
}
