//! Builds the book of the workspace into `target/book`, or into the folder it is given, and
//! checks the pages: `cargo run -p bookbinder --example bind [--draft] [FOLDER]`.

use anyhow::Result;
use bookbinder::{Problems, Workspace, build, coverage, links};
use std::path::PathBuf;

fn main() -> Result<()> {
    let mut args: Vec<_> = std::env::args_os().skip(1).collect();
    let draft =
        args.iter().position(|a| a == "--draft").map(|at| args.remove(at)).is_some();
    let workspace = Workspace::find()?;
    let out = args.first().map(PathBuf::from);
    let out = out.unwrap_or_else(|| workspace.root().join("target/book"));
    let report = if draft {
        let (report, problems) = build::draft(&workspace, &out)?;
        eprintln!("{problems}");
        report
    } else {
        build::build(&workspace, &out)?
    };
    println!("{} pages in {} ({:?})", report.pages, report.out.display(), report.took);
    for chapter in workspace.chapters().iter().filter(|_| !draft) {
        for line in coverage::check(workspace.before(chapter), chapter)? {
            eprintln!("not shown: {}", chapter.path(&line.to_string()));
        }
    }
    Problems(links::check(&report.out)?).into_result()
}
