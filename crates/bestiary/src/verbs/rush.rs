//! `rush`: the same customers for every chapter's shop.

use std::fs;
use std::io::{IsTerminal as _, stderr};
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use bestiary::programs::Programs;
use bookbinder::{Chapter, Workspace, rush as figure};
use lexopt::{Arg, Parser, ValueExt as _};
use rush::{Outcome, Pace, Plan, Progress, Shop};

use super::{Audience, Verb, unexpected};
use crate::pager;

pub const VERB: Verb = Verb {
    name: "rush",
    usage: "[N…] [options]",
    about: "sends the same customers to each chapter's shop and measures what it costs",
    help: "Without a chapter, to all of them. Each shop is opened in turn, round after round.\n\n  \
           --customers N     how many come (200; up to 10000)\n  \
           --pace N          how many come each second (all at once)\n  \
           --patience-ms N   how long each waits before giving up (2000)\n  \
           --clean-ms N      how long a garment takes (50)\n  \
           --rounds N        how often each shop is measured (3)\n  \
           --no-calls        do not count system calls, which takes strace and a run more\n  \
           --debug           build the shops without optimisation\n  \
           --json FILE       write what was measured\n  \
           --svg FILE        write it as a drawing\n  \
           --record          keep it as what {{#rush}} shows in the book",
    audience: Audience::Readers,
    run,
};

/// Where the book keeps the numbers behind the figure.
const NUMBERS: &str = "book/rush/rush.json";

struct Options<'a> {
    chapters: Vec<&'a Chapter>,
    plan: Plan,
    release: bool,
    json: Option<String>,
    svg: Option<String>,
    record: bool,
}

fn run(args: Parser) -> Result<ExitCode> {
    let workspace = Workspace::find()?;
    let options = parse(args, &workspace)?;
    options.plan.check()?;
    let shops = open(&workspace, &options)?;
    let outcome = rush::run(&options.plan, &shops, Progressing::default().teller())?;
    if stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    pager::show(&format!("{}\n{}", outcome.table(), outcome.bars(40)), false)?;
    if let Some(file) = &options.json {
        write(Path::new(file), &outcome.to_json())?;
    }
    if let Some(file) = &options.svg {
        write(Path::new(file), &outcome.svg("rush"))?;
    }
    if options.record {
        record(workspace.root(), &outcome)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(mut args: Parser, workspace: &Workspace) -> Result<Options<'_>> {
    let mut options = Options {
        chapters: Vec::new(),
        plan: Plan::default(),
        release: true,
        json: None,
        svg: None,
        record: false,
    };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("customers") => {
                options.plan.customers = number(&mut args, "customers")?
            }
            Arg::Long("pace") => {
                options.plan.pace = Pace::PerSecond(number(&mut args, "pace")?);
            }
            Arg::Long("patience-ms") => {
                options.plan.patience =
                    Duration::from_millis(number(&mut args, "patience-ms")?);
            }
            Arg::Long("clean-ms") => {
                options.plan.clean =
                    Duration::from_millis(number::<u32>(&mut args, "clean-ms")?.into());
            }
            Arg::Long("rounds") => options.plan.rounds = number(&mut args, "rounds")?,
            Arg::Long("no-calls") => options.plan.count_system_calls = false,
            Arg::Long("debug") => options.release = false,
            Arg::Long("json") => options.json = Some(args.value()?.string()?),
            Arg::Long("svg") => options.svg = Some(args.value()?.string()?),
            Arg::Long("record") => options.record = true,
            Arg::Value(name) => {
                options.chapters.push(workspace.chapter(&name.to_string_lossy())?);
            }
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    if options.chapters.is_empty() {
        options.chapters.extend(workspace.chapters());
    } else if options.record {
        bail!("--record keeps what all chapters cost; leave the chapters out");
    }
    Ok(options)
}

fn number<T: FromStr>(args: &mut Parser, option: &str) -> Result<T> {
    let value = args.value()?.string()?;
    value
        .parse()
        .ok()
        .with_context(|| format!("--{option} takes a whole number, not `{value}`"))
}

/// Builds the chapters' shops, and says how each is to be opened.
fn open(workspace: &Workspace, options: &Options<'_>) -> Result<Vec<Shop>> {
    let mut which: Vec<&str> = Vec::new();
    for chapter in &options.chapters {
        which.extend(["-p", &chapter.package]);
    }
    if options.release {
        which.push("--release");
    }
    let programs = Programs::build(workspace.root(), &which)?;
    let mut shops = Vec::new();
    for chapter in &options.chapters {
        let lines = lines_of_code(&chapter.dir.join("src"))?;
        for shop in figure::shops(chapter)? {
            let name = format!("{}  {}", chapter.number, shop.name);
            let opened = Shop::new(name, programs.path(&chapter.package)?).lines(lines);
            shops.push(shop.args.iter().fold(opened, |shop, arg| shop.arg(arg)));
        }
    }
    Ok(shops)
}

/// Lines of Rust that are neither blank nor comments.
fn lines_of_code(folder: &Path) -> Result<usize> {
    let mut lines = 0;
    let entries = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            lines += lines_of_code(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let code = |line: &&str| !line.is_empty() && !line.starts_with("//");
            lines += text.lines().map(str::trim).filter(code).count();
        }
    }
    Ok(lines)
}

/// Keeps the outcome where `{{#rush}}` finds it.
fn record(root: &Path, outcome: &Outcome) -> Result<()> {
    write(&root.join(NUMBERS), &outcome.to_json())?;
    write(&root.join(figure::FIGURE), &outcome.html(figure::FIGURE_ID))?;
    eprintln!("recorded in {NUMBERS} and {}", figure::FIGURE);
    Ok(())
}

fn write(file: &Path, text: &str) -> Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// One line on a terminal that is written over; a line a step elsewhere.
#[derive(Default)]
struct Progressing {
    last: Option<Instant>,
    step: String,
}

impl Progressing {
    fn teller(mut self) -> impl FnMut(Progress<'_>) {
        move |progress| self.tell(&progress)
    }

    fn tell(&mut self, progress: &Progress<'_>) {
        let now = Instant::now();
        let due = self.last.is_none_or(|last| now - last > Duration::from_millis(100));
        if stderr().is_terminal() {
            if due || progress.gone == progress.customers {
                eprint!("\r\x1b[K{progress}");
                self.last = Some(now);
            }
            return;
        }
        let step = format!("{:?}, {}", progress.doing, progress.shop);
        if step != self.step {
            eprintln!("{progress}");
            self.step = step;
        }
    }
}
