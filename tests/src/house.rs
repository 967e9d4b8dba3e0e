//! The rules of the house: who may use whom, and what may lie in the repository.
//!
//! Each check takes plain values and gives a sentence for each thing that is
//! wrong, so that it can be shown failing.

use std::collections::BTreeMap;

use serde_json::Value;

/// A package of the workspace and what it depends on.
#[derive(Debug, PartialEq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// What it is built with.
    pub uses: Vec<String>,
    /// What only its tests and examples use.
    pub uses_in_tests: Vec<String>,
    /// Its programs and examples.
    pub programs: Vec<String>,
}

impl Package {
    /// The workspace's packages, from `cargo metadata`.
    pub fn all(metadata: &Value) -> Vec<Self> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let members = list(&metadata["workspace_members"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        list(&metadata["packages"])
            .iter()
            .filter(|package| members.contains(&package["id"]))
            .map(|package| {
                let (tests, uses): (Vec<Value>, Vec<Value>) =
                    list(&package["dependencies"])
                        .into_iter()
                        .partition(|d| d["kind"] == "dev");
                let is_program = |target: &&Value| {
                    target["kind"][0] == "bin" || target["kind"][0] == "example"
                };
                Self {
                    name: text(&package["name"]),
                    uses: uses.iter().map(|d| text(&d["name"])).collect(),
                    uses_in_tests: tests.iter().map(|d| text(&d["name"])).collect(),
                    programs: list(&package["targets"])
                        .iter()
                        .filter(is_program)
                        .map(|t| text(&t["name"]))
                        .collect(),
                }
            })
            .collect()
    }

    fn is_chapter(&self) -> bool {
        is_chapter(&self.name)
    }
}

/// `ch01-blocking`
fn is_chapter(package: &str) -> bool {
    let number = package
        .strip_prefix("ch")
        .and_then(|rest| rest.split_once('-'))
        .map(|(number, _)| number);
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    })
}

/// What a chapter is built with: the kernel's door, the field's traits, the log.
const CHAPTER_USES: [&str; 4] = ["libc", "futures", "tracing", "ledger"];

/// Chapters use nothing of the book's machinery but `ledger`, and no other chapter.
pub fn chapters_stand_alone(packages: &[Package]) -> Vec<String> {
    let mut wrong = Vec::new();
    for chapter in packages.iter().filter(|package| package.is_chapter()) {
        for used in
            chapter.uses.iter().filter(|used| !CHAPTER_USES.contains(&used.as_str()))
        {
            wrong.push(format!(
                "{} depends on {used}; a chapter uses only {}",
                chapter.name,
                CHAPTER_USES.join(", ")
            ));
        }
        for used in &chapter.uses_in_tests {
            let ours = packages.iter().any(|package| package.name == *used);
            if ours && used != "ledger" {
                wrong.push(format!(
                    "{}'s tests depend on {used}; of this workspace they may use ledger",
                    chapter.name
                ));
            }
        }
    }
    wrong
}

/// The crates import one way: `bestiary` over `bookbinder` and `rush` over `ledger`.
pub fn imports_point_one_way(packages: &[Package]) -> Vec<String> {
    let may_use: BTreeMap<&str, &[&str]> = [
        ("bestiary", &["bookbinder", "rush", "ledger"][..]),
        ("bookbinder", &["ledger"]),
        ("rush", &["ledger"]),
        ("ledger", &[]),
        ("promises", &["bestiary", "bookbinder", "rush", "ledger"]),
        // It is no chapter, and knows how chapter 8's customers talk.
        ("shop-on-tokio", &["ch08-messages"]),
    ]
    .into();
    let mut wrong = Vec::new();
    for package in packages.iter().filter(|package| !package.is_chapter()) {
        let Some(allowed) = may_use.get(package.name.as_str()) else {
            wrong.push(format!(
                "{} has no place in the house; say in this check what it may use",
                package.name
            ));
            continue;
        };
        for used in package.uses.iter().chain(&package.uses_in_tests) {
            if packages.iter().any(|other| other.name == *used)
                && !allowed.contains(&used.as_str())
            {
                wrong.push(format!("{} depends on {used}", package.name));
            }
        }
    }
    wrong
}

/// `cargo run --example NAME` works from the root: no two programs share a name.
pub fn names_are_unique(packages: &[Package]) -> Vec<String> {
    let mut owners: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in packages {
        for program in &package.programs {
            owners.entry(program).or_default().push(&package.name);
        }
    }
    let shared = owners.iter().filter(|(_, owners)| owners.len() > 1);
    shared
        .map(|(name, owners)| {
            format!("`{name}` is a program of {}", owners.join(" and of "))
        })
        .collect()
}

/// A chapter's library does not know the ledger: only programs open it.
pub fn library_leaves_the_ledger_alone(path: &str, source: &str) -> Vec<String> {
    let code = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    let named = source.lines().enumerate().filter(|(_, line)| {
        let line = code(line);
        line.contains("ledger::")
            || line.contains("use ledger")
            || line.contains("extern crate ledger")
    });
    named
        .map(|(n, _)| {
            format!("{path}:{}: the library uses ledger; only programs open it", n + 1)
        })
        .collect()
}

/// What cargo, insta, npm, Python and the desktop leave behind is not committed.
pub fn nothing_generated(paths: &[&str]) -> Vec<String> {
    const FOLDERS: [&str; 4] = ["target", "node_modules", "__pycache__", ".insta"];
    const ENDINGS: [&str; 5] =
        [".snap.new", ".pending-snap", ".pyc", ".orig", ".DS_Store"];
    let generated = |path: &&&str| {
        path.split('/').any(|part| FOLDERS.contains(&part))
            || ENDINGS.iter().any(|ending| path.ends_with(ending))
    };
    paths
        .iter()
        .filter(generated)
        .map(|path| format!("{path} is generated; take it out of git"))
        .collect()
}

/// A file must not know on which machine it was written.
pub fn no_machine_in(path: &str, text: &str) -> Vec<String> {
    // Spelled in two pieces, so that this file passes its own check.
    let folders = [["/ro", "ot/"], ["/ho", "me/"], ["/Use", "rs/"], ["/wo", "rk/"]]
        .map(|half| half.concat());
    // Nobody's folder: examples need one.
    let ada = folders[1].clone() + "ada/";
    let mut wrong = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.replace(&ada, "~/");
        for folder in &folders {
            let starts_a_path = |(at, _): (usize, &str)| {
                !line[..at]
                    .ends_with(|c: char| c.is_alphanumeric() || "._-~/}".contains(c))
            };
            if line.match_indices(folder.as_str()).any(starts_a_path) {
                wrong.push(format!(
                    "{path}:{}: `{folder}…` is a path of one machine",
                    n + 1
                ));
            }
        }
    }
    wrong
}

/// A lock file must not say from which mirror its author downloaded.
pub fn lock_names_no_mirror(path: &str, text: &str) -> Vec<String> {
    let source = "registry+https://github.com/rust-lang/crates.io-index";
    let mut wrong = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        let cargo =
            line.strip_prefix("source = ").is_some_and(|s| s.trim_matches('"') != source);
        let npm = line.starts_with("\"resolved\": \"http");
        if cargo || npm {
            wrong.push(format!(
                "{path}:{}: `{line}` names where it was downloaded",
                n + 1
            ));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(
        name: &str,
        uses: &[&str],
        uses_in_tests: &[&str],
        programs: &[&str],
    ) -> Package {
        let own = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        Package {
            name: name.into(),
            uses: own(uses),
            uses_in_tests: own(uses_in_tests),
            programs: own(programs),
        }
    }

    #[test]
    fn packages_are_read_from_cargos_metadata() {
        let metadata = json!({
            "workspace_members": ["path+file:///x#ch01-one"],
            "packages": [
                { "id": "path+file:///x#ch01-one", "name": "ch01-one",
                  "dependencies": [{ "name": "libc", "kind": null }, { "name": "insta", "kind": "dev" }],
                  "targets": [{ "name": "ch01_one", "kind": ["lib"] }, { "name": "nap", "kind": ["example"] }] },
                { "id": "registry#libc", "name": "libc", "dependencies": [], "targets": [] },
            ],
        });
        assert_eq!(
            Package::all(&metadata),
            [package("ch01-one", &["libc"], &["insta"], &["nap"])]
        );
    }

    #[test]
    fn a_chapter_that_uses_more_than_it_may_is_named() {
        let good = package("ch01-one", &["libc", "ledger"], &["insta"], &[]);
        assert!(chapters_stand_alone(&[good]).is_empty());
        let another = [
            package("ch02-two", &["ch01-one"], &[], &[]),
            package("ch01-one", &[], &[], &[]),
        ];
        assert_eq!(chapters_stand_alone(&another).len(), 1);
        let tests = [
            package("ch02-two", &[], &["bestiary"], &[]),
            package("bestiary", &[], &[], &[]),
        ];
        assert_eq!(chapters_stand_alone(&tests).len(), 1);
    }

    #[test]
    fn an_import_against_the_stream_is_named() {
        let ledger = || package("ledger", &["tracing"], &[], &[]);
        assert!(
            imports_point_one_way(&[
                ledger(),
                package("bookbinder", &["ledger"], &[], &[])
            ])
            .is_empty()
        );
        let back = [
            package("ledger", &["bookbinder"], &[], &[]),
            package("bookbinder", &[], &[], &[]),
        ];
        assert_eq!(imports_point_one_way(&back), ["ledger depends on bookbinder"]);
        assert_eq!(imports_point_one_way(&[package("extra", &[], &[], &[])]).len(), 1);
    }

    #[test]
    fn a_name_given_twice_is_told_with_both_owners() {
        let two = [
            package("ch01-one", &[], &[], &["nap"]),
            package("ch02-two", &[], &[], &["nap", "tick"]),
        ];
        assert_eq!(
            names_are_unique(&two),
            ["`nap` is a program of ch01-one and of ch02-two"]
        );
    }

    #[test]
    fn a_library_that_opens_the_ledger_is_named_with_its_line() {
        let source =
            "//! `ledger::init` is for programs.\nfn f() {\n    ledger::init();\n}\n";
        assert_eq!(library_leaves_the_ledger_alone("src/a.rs", source).len(), 1);
        assert!(
            library_leaves_the_ledger_alone("src/a.rs", source)[0]
                .starts_with("src/a.rs:3:")
        );
        assert!(
            library_leaves_the_ledger_alone("src/a.rs", "use tracing::trace;\n")
                .is_empty()
        );
    }

    #[test]
    fn generated_files_are_named() {
        assert!(
            nothing_generated(&["src/target.rs", "chapters/ch01/outputs/nap.snap"])
                .is_empty()
        );
        assert_eq!(
            nothing_generated(&[
                "target/book/index.html",
                "a/b.snap.new",
                "x/node_modules/y"
            ])
            .len(),
            3
        );
    }

    #[test]
    fn a_machines_paths_are_named() {
        let line = |folder: &str| format!("see {folder}me/book\n");
        assert_eq!(no_machine_in("a.md", &line(&["/ho", "me/"].concat())).len(), 1);
        assert_eq!(no_machine_in("a.md", &line(&["/ro", "ot/"].concat())).len(), 1);
        let harmless = ["x", "/wo", "rk/y, $R", "/ho", "me/"].concat();
        assert!(no_machine_in("a.md", &harmless.replace("$R", "~")).is_empty());
        assert!(no_machine_in("a.md", &line(&["/ho", "me/ada/"].concat())).is_empty());
        assert!(no_machine_in("a.md", "/etc/hostname and /proc/self/maps\n").is_empty());
    }

    #[test]
    fn a_mirror_in_a_lock_file_is_named() {
        let good = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert!(lock_names_no_mirror("Cargo.lock", good).is_empty());
        assert_eq!(
            lock_names_no_mirror(
                "Cargo.lock",
                "source = \"registry+https://mirror.example/\"\n"
            )
            .len(),
            1
        );
        assert_eq!(
            lock_names_no_mirror(
                "package-lock.json",
                "  \"resolved\": \"https://mirror.example/a.tgz\",\n"
            )
            .len(),
            1
        );
    }
}
