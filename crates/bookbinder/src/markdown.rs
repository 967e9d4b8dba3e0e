//! Reads a chapter's Markdown as far as the book needs it: which lines are code, which
//! fences stand in it, and which commands it tells the reader to type.

use crate::Chapter;
use crate::problem::{Problem, Problems};
use anyhow::Result;

/// A fenced block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence<'a> {
    /// The line (from 1) of the opening fence.
    pub line: usize,
    /// The line of the closing one; none when nothing closes it.
    pub end: Option<usize>,
    /// The language: the first word after the fence.
    pub language: &'a str,
    /// The words after the language: `rust,sketch` has one.
    pub flags: Vec<&'a str>,
    /// The lines between the fences, each with its number.
    pub body: Vec<(usize, &'a str)>,
    /// Does it stand at the margin, outside lists and quotations?
    pub at_margin: bool,
}

impl Fence<'_> {
    /// The code, each line ended.
    pub fn code(&self) -> String {
        self.body.iter().flat_map(|(_, line)| [line, "\n"]).collect()
    }

    /// Does it carry this flag?
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }
}

/// A command that the text tells the reader to type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The line of the text on which it stands, from 1.
    pub line: usize,
    /// The command. One that goes on over several lines by `\` is one command.
    pub text: String,
    /// What running it must show.
    pub kind: CommandKind,
}

/// What must happen when a printed command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandKind {
    /// `sh`: it ends by itself, with success.
    Ends,
    /// `sh,server`: it does not end by itself; it is ready when it has printed a line.
    Server,
    /// `sh,fails`: it ends by itself, without success.
    Fails,
    /// `sh,skip`: it is not run, for it needs something a machine may not have.
    Skip,
}

/// Every fenced block of a text, in order.
pub fn fences(text: &str) -> Vec<Fence<'_>> {
    let mut fences: Vec<Fence<'_>> = Vec::new();
    // The fence that is open: its marker and its indentation.
    let mut open: Option<(&str, usize)> = None;
    let mut comment = false;
    for (n, line) in text.lines().enumerate().map(|(n, line)| (n + 1, line)) {
        let bare = unquoted(line);
        match open {
            Some((marker, _)) if closes(bare, marker) => {
                fences.last_mut().expect("one is open").end = Some(n);
                open = None;
            }
            Some((_, indent)) => {
                let body = if indent == 0 { line } else { bare };
                fences.last_mut().expect("one is open").body.push((n, body));
            }
            None if comment || bare.starts_with("<!--") => {
                comment = !line.contains("-->")
            }
            None => {
                let Some((marker, info)) = opening(bare) else { continue };
                let mut words =
                    info.split([',', ' ']).map(str::trim).filter(|w| !w.is_empty());
                fences.push(Fence {
                    line: n,
                    end: None,
                    language: words.next().unwrap_or(""),
                    flags: words.collect(),
                    body: Vec::new(),
                    at_margin: line.starts_with(marker),
                });
                open = Some((marker, line.len() - bare.len()));
            }
        }
    }
    fences
}

/// For each line of the text: does it belong to a fenced block or to an HTML comment?
pub fn code_lines(text: &str) -> Vec<bool> {
    let mut code = vec![false; text.lines().count()];
    for fence in fences(text) {
        let end = fence.end.unwrap_or(code.len());
        code[fence.line - 1..end].fill(true);
    }
    let mut comment = false;
    for (n, line) in text.lines().enumerate() {
        if !code[n] && (comment || line.trim_start().starts_with("<!--")) {
            code[n] = true;
            comment = !line.contains("-->");
        }
    }
    code
}

/// The commands that a chapter prints, in order.
///
/// # Errors
///
/// A flag of a `sh` fence that is none of `server`, `fails` and `skip`.
pub fn commands(chapter: &Chapter) -> Result<Vec<Command>> {
    commands_in(&chapter.path("README.md"), &chapter.text()?)
}

/// The commands that a text prints; `file` is its name in messages.
pub fn commands_in(file: &str, text: &str) -> Result<Vec<Command>> {
    let (mut commands, mut problems) = (Vec::new(), Problems::default());
    for fence in fences(text).iter().filter(|f| f.language == "sh") {
        match command_kind(fence) {
            Ok(kind) => fence_commands(fence, kind, &mut commands),
            Err(what) => problems.0.push(Problem::at(file, fence.line, what)),
        }
    }
    problems.into_result()?;
    Ok(commands)
}

/// What the flags of a `sh` fence say about its commands.
pub(crate) fn command_kind(fence: &Fence<'_>) -> Result<CommandKind, String> {
    match fence.flags.as_slice() {
        [] => Ok(CommandKind::Ends),
        ["server"] => Ok(CommandKind::Server),
        ["fails"] => Ok(CommandKind::Fails),
        ["skip"] => Ok(CommandKind::Skip),
        flags => Err(format!(
            "```sh,{}: a command fence takes one flag of `server`, `fails`, `skip`, or none",
            flags.join(",")
        )),
    }
}

fn fence_commands(fence: &Fence<'_>, kind: CommandKind, commands: &mut Vec<Command>) {
    let mut unfinished = None;
    for (line, text) in &fence.body {
        let text = text.trim();
        let (first, mut whole) = match unfinished.take() {
            Some(begun) => begun,
            None if text.is_empty() || text.starts_with('#') => continue,
            None => (*line, String::new()),
        };
        let part = text.strip_suffix('\\');
        whole.push_str(part.unwrap_or(text));
        match part {
            Some(_) => unfinished = Some((first, whole)),
            None => commands.push(Command { line: first, text: whole, kind }),
        }
    }
    commands.extend(unfinished.map(|(line, text)| Command { line, text, kind }));
}

/// The line without indentation and quotation marks.
fn unquoted(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>'])
}

/// The marker and the info string of a line that opens a fence.
fn opening(line: &str) -> Option<(&str, &str)> {
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(sign);
    let marker = &line[..line.len() - rest.len()];
    let is_fence = marker.len() >= 3 && !(sign == '`' && rest.contains('`'));
    is_fence.then_some((marker, rest.trim()))
}

fn closes(line: &str, marker: &str) -> bool {
    let sign = marker.chars().next().unwrap_or('`');
    line.starts_with(marker) && line.trim_end().chars().all(|c| c == sign)
}

/// Rewrites links to a `README.md`, which mdBook makes an `index.html` without telling the links.
pub(crate) fn readme_links(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("README.md") {
        let (before, after) = (&rest[..at], &rest[at + "README.md".len()..]);
        out.push_str(before);
        let starts = ["(", "/", "\"", "]: "].iter().any(|s| before.ends_with(s));
        let ends = after.is_empty() || after.starts_with([')', '#', '"', ' ']);
        let linked =
            before.rfind("](").max(before.rfind("]: ")).max(before.rfind("href=\""));
        let inside =
            linked.is_some_and(|l| !before[l + 2..].trim_start().contains([' ', '`']));
        out.push_str(if starts && ends && inside { "index.md" } else { "README.md" });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_know_language_flags_and_lines() {
        let text = "a\n```rust,sketch\nlet x;\n```\n~~~~\n```\n~~~~\n- b\n  ```sh\n  ls\n  ```\n";
        let found = fences(text);
        let heads: Vec<_> =
            found.iter().map(|f| (f.line, f.end, f.language, f.at_margin)).collect();
        assert_eq!(
            heads,
            [
                (2, Some(4), "rust", true),
                (5, Some(7), "", true),
                (9, Some(11), "sh", false)
            ]
        );
        assert!(found[0].has("sketch"));
        assert_eq!(found[1].body, [(6, "```")]);
        assert_eq!(found[2].code(), "ls\n");
    }

    #[test]
    fn an_unclosed_fence_has_no_end() {
        assert_eq!(fences("```sh\nls\n")[0].end, None);
    }

    #[test]
    fn inline_code_in_backticks_is_no_fence_and_comments_hide_fences() {
        assert!(fences("```a``` b\n<!--\n```sh\n```\n-->\n").is_empty());
    }

    #[test]
    fn lines_of_code_and_comments_are_known() {
        let text = "a\n```\nb\n```\n<!-- c\nd -->\ne";
        assert_eq!(code_lines(text), [false, true, true, true, true, true, false]);
    }

    #[test]
    fn commands_have_lines_and_kinds() {
        let text = "```sh\n# a comment\ncargo run \\\n  -p x\n\nls\n```\n```sh,server\nserve\n```\n```text\nno\n```\n```sh,fails\nbad\n```\n```sh,skip\nnc\n```\n";
        let found = commands_in("x.md", text).unwrap();
        let all: Vec<_> =
            found.iter().map(|c| (c.line, c.text.as_str(), c.kind)).collect();
        assert_eq!(
            all,
            [
                (3, "cargo run -p x", CommandKind::Ends),
                (6, "ls", CommandKind::Ends),
                (9, "serve", CommandKind::Server),
                (15, "bad", CommandKind::Fails),
                (18, "nc", CommandKind::Skip),
            ]
        );
    }

    #[test]
    fn an_unknown_flag_of_a_command_fence_is_an_error() {
        let error =
            commands_in("x.md", "\n```sh,sever\nx\n```\n").unwrap_err().to_string();
        assert!(error.starts_with("x.md:2: ```sh,sever: "), "{error}");
    }

    #[test]
    fn links_to_a_readme_become_links_to_its_page() {
        assert_eq!(
            readme_links("[a](../ch02/README.md#x) b"),
            "[a](../ch02/index.md#x) b"
        );
        assert_eq!(readme_links("[a](README.md)"), "[a](index.md)");
        assert_eq!(readme_links("[a]: ../ch02/README.md"), "[a]: ../ch02/index.md");
        assert_eq!(
            readme_links("the `chapters/ch02/README.md` (README.md) is"),
            "the `chapters/ch02/README.md` (README.md) is"
        );
    }
}
