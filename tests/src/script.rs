//! The scripts in `conversations/`: who says what to a shop, and what it answers.
//!
//! ```text
//! # What the script is about.
//! from: 2                 the first chapter that claims it (default 1)
//! until: 3                the last one (default: all later ones)
//! clean-ms: 20            how long a garment takes (default 20)
//!
//! A> DROP silk shirt      customer A says a line
//! A< TICKET 1             and must hear this line
//! A,B< READY 1 x | ERROR y   A hears one of these and B the other
//! A> (half-close)         A says no more, but listens
//! A> (leave)              A closes the connection properly
//! A> (vanish)             A is gone without a word: the connection is reset
//! A< (closed)             the shop closes, with nothing more said
//! A> (byte by byte) BYE   each byte in a packet of its own
//! A> (no newline) DROP    the bytes as they are, without an end of line
//! A> (500 times) BYE      the same line again and again; also with `<`
//! ```
//!
//! In what is said and heard, `\n \r \t \\ \xNN` are bytes and `{a*1024}` is 1,024
//! times `a`. A customer comes in when first named. At the end, everyone still there
//! half-closes, and the shop must close without another word.

use std::fmt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// A script, read.
#[derive(Debug)]
pub struct Script {
    /// The file's name without its ending.
    pub name: String,
    /// The first chapter whose shop claims it.
    pub from: u32,
    /// The last one, if not all do.
    pub until: Option<u32>,
    /// How long a garment takes to clean.
    pub clean_ms: u64,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One line of a script.
#[derive(Debug, PartialEq)]
pub struct Step {
    /// The line in the file, counted from 1.
    pub line: usize,
    /// The customers; several only for [`Act::Hear`].
    pub who: Vec<char>,
    /// What they do.
    pub act: Act,
}

/// What a customer does.
#[derive(Debug, PartialEq)]
pub enum Act {
    /// Sends these bytes.
    Say {
        /// The bytes, as often as they are to be sent.
        bytes: Vec<u8>,
        /// Whether each goes in a packet of its own.
        byte_by_byte: bool,
    },
    /// Hears this line; with several customers, each hears another of these lines.
    Hear {
        /// One for each customer.
        lines: Vec<Vec<u8>>,
        /// How often.
        times: usize,
    },
    /// Finds the connection closed, with nothing more said.
    HearClosed,
    /// Closes the sending direction.
    HalfClose,
    /// Closes the connection.
    Leave,
    /// Resets the connection.
    Vanish,
}

/// A line that cannot be understood.
#[derive(Debug, PartialEq)]
pub struct Unclear {
    /// The line, counted from 1.
    pub line: usize,
    /// Why, and what to do.
    pub why: String,
}

impl fmt::Display for Unclear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl Script {
    /// All scripts of a folder, by name.
    pub fn all(folder: &Path) -> io::Result<Vec<Self>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(folder)?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "txt"));
        paths.sort();
        let read = |path: &PathBuf| {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Self::parse(&name, &fs::read_to_string(path)?).map_err(|unclear| {
                io::Error::other(format!("{}: {unclear}", path.display()))
            })
        };
        paths.iter().map(read).collect()
    }

    /// Reads a script.
    pub fn parse(name: &str, text: &str) -> Result<Self, Unclear> {
        let mut script = Self {
            name: name.into(),
            from: 1,
            until: None,
            clean_ms: 20,
            steps: Vec::new(),
        };
        for (n, line) in text.lines().enumerate() {
            let read =
                script.read_line(line).map_err(|why| Unclear { line: n + 1, why })?;
            if let Some((who, act)) = read {
                script.steps.push(Step { line: n + 1, who, act });
            }
        }
        if !script
            .steps
            .iter()
            .any(|step| matches!(step.act, Act::Hear { .. } | Act::HearClosed))
        {
            return Err(Unclear {
                line: text.lines().count(),
                why: "nobody hears anything, so nothing is checked".into(),
            });
        }
        Ok(script)
    }

    /// Whether a shop with one clerk can hold this conversation: nobody comes in
    /// before the customer ahead has gone.
    pub fn one_at_a_time(&self) -> bool {
        let mut gone: Vec<char> = Vec::new();
        let mut here: Option<char> = None;
        for step in &self.steps {
            let [who] = step.who[..] else { return false };
            if gone.contains(&who) || here.is_some_and(|other| other != who) {
                return false;
            }
            here = Some(who);
            if matches!(step.act, Act::HearClosed | Act::Leave | Act::Vanish) {
                gone.push(who);
                here = None;
            }
        }
        true
    }

    fn read_line(&mut self, line: &str) -> Result<Option<(Vec<char>, Act)>, String> {
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        if let Some((key, value)) = line
            .split_once(": ")
            .filter(|(key, _)| key.chars().all(|c| c.is_lowercase() || c == '-'))
        {
            self.set(key, value.trim())?;
            return Ok(None);
        }
        let (at, direction) =
            line.char_indices().find(|(_, c)| matches!(c, '<' | '>')).ok_or(
                "neither `key: value` nor a line like `A> DROP shirt` or `A< TICKET 1`",
            )?;
        let who = customers(&line[..at])?;
        let text = line[at + 1..].strip_prefix(' ').unwrap_or(&line[at + 1..]);
        let act = if direction == '>' { said(text)? } else { heard(text, who.len())? };
        if who.len() > 1 && !matches!(act, Act::Hear { .. }) {
            return Err("only hearing can be shared between customers".into());
        }
        Ok(Some((who, act)))
    }

    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number: u32 = value
            .parse()
            .map_err(|_| format!("`{key}` needs a number, not `{value}`"))?;
        match key {
            "from" => self.from = number,
            "until" => self.until = Some(number),
            "clean-ms" => self.clean_ms = number.into(),
            _ => {
                return Err(format!(
                    "there is no key `{key}`; there are from, until and clean-ms"
                ));
            }
        }
        Ok(())
    }
}

fn customers(text: &str) -> Result<Vec<char>, String> {
    text.split(',')
        .map(|name| match name.trim().chars().collect::<Vec<_>>()[..] {
            [c @ 'A'..='Z'] => Ok(c),
            _ => Err(format!("a customer is one capital letter, not `{name}`")),
        })
        .collect()
}

fn said(text: &str) -> Result<Act, String> {
    let (hint, rest) = hint(text);
    let line = |end: &str| unescape(&format!("{rest}{end}"));
    let say = |bytes, byte_by_byte| Act::Say { bytes, byte_by_byte };
    Ok(match hint {
        None => say(line("\\n")?, false),
        Some("no newline") => say(line("")?, false),
        Some("byte by byte") => say(line("\\n")?, true),
        Some("half-close") => Act::HalfClose,
        Some("leave") => Act::Leave,
        Some("vanish") => Act::Vanish,
        Some(hint) => say(line("\\n")?.repeat(times(hint)?), false),
    })
}

fn heard(text: &str, customers: usize) -> Result<Act, String> {
    let (hint, rest) = hint(text);
    let hear = |lines, times| Act::Hear { lines, times };
    Ok(match hint {
        Some("closed") => Act::HearClosed,
        Some(hint) => hear(vec![unescape(rest)?], times(hint)?),
        None if customers == 1 => hear(vec![unescape(rest)?], 1),
        None => {
            let lines: Vec<Vec<u8>> =
                rest.split(" | ").map(unescape).collect::<Result<_, _>>()?;
            if lines.len() != customers {
                return Err(format!(
                    "{customers} customers hear {} lines; put ` | ` between them",
                    lines.len()
                ));
            }
            hear(lines, 1)
        }
    })
}

/// `(hint) rest`
fn hint(text: &str) -> (Option<&str>, &str) {
    match text.strip_prefix('(').and_then(|text| text.split_once(')')) {
        Some((hint, rest)) => (Some(hint), rest.strip_prefix(' ').unwrap_or(rest)),
        None => (None, text),
    }
}

fn times(hint: &str) -> Result<usize, String> {
    hint.strip_suffix(" times").and_then(|n| n.parse().ok()).ok_or_else(|| {
        format!("`({hint})` is not known; the module `script` lists what is")
    })
}

/// The bytes that `\x00`, `\n`, `{a*5}` and plain text stand for.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        match c {
            '\\' => {
                let escape =
                    rest[1..].chars().next().ok_or("a `\\` at the end of the line")?;
                used += escape.len_utf8();
                match escape {
                    'n' => bytes.push(b'\n'),
                    'r' => bytes.push(b'\r'),
                    't' => bytes.push(b'\t'),
                    '\\' => bytes.push(b'\\'),
                    'x' => {
                        let hex = rest
                            .get(2..4)
                            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
                        bytes.push(hex.ok_or("`\\x` needs two hexadecimal digits")?);
                        used += 2;
                    }
                    other => return Err(format!("`\\{other}` is not known")),
                }
            }
            '{' => {
                let (inside, _) =
                    rest[1..].split_once('}').ok_or("a `{` without its `}`")?;
                let (what, count) =
                    inside.rsplit_once('*').ok_or("between braces stands `a*1024`")?;
                let count: usize =
                    count.parse().map_err(|_| format!("`{count}` is not a number"))?;
                bytes.extend(what.repeat(count).bytes());
                used = inside.len() + 2;
            }
            _ => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
        rest = &rest[used..];
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<Step> {
        Script::parse("test", text).unwrap().steps
    }

    fn unclear(text: &str) -> String {
        Script::parse("test", text).unwrap_err().to_string()
    }

    #[test]
    fn a_script_is_read_line_by_line() {
        let script = Script::parse(
            "x",
            "# why\nfrom: 2\nclean-ms: 5\n\nA> DROP x\nA< TICKET 1\nA< (closed)\n",
        )
        .unwrap();
        assert_eq!((script.from, script.until, script.clean_ms), (2, None, 5));
        let say = Act::Say { bytes: b"DROP x\n".into(), byte_by_byte: false };
        assert_eq!(script.steps[0], Step { line: 5, who: vec!['A'], act: say });
        assert_eq!(
            script.steps[1].act,
            Act::Hear { lines: vec![b"TICKET 1".into()], times: 1 }
        );
        assert_eq!(script.steps[2].act, Act::HearClosed);
    }

    #[test]
    fn bytes_can_be_written_down() {
        assert_eq!(
            unescape(r"a\x00\xff\r\n\\é{ab*2}").unwrap(),
            b"a\0\xff\r\n\\\xc3\xa9abab"
        );
        for wrong in [r"\q", r"\x0", r"\", "{a", "{a}", "{a*b}"] {
            assert!(unescape(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn hints_change_what_is_done() {
        let said = |text: &str| steps(&format!("A> {text}\nA< (closed)")).remove(0).act;
        assert_eq!(
            said("(no newline) BY"),
            Act::Say { bytes: b"BY".into(), byte_by_byte: false }
        );
        assert_eq!(
            said("(byte by byte) B"),
            Act::Say { bytes: b"B\n".into(), byte_by_byte: true }
        );
        assert_eq!(
            said("(2 times) B"),
            Act::Say { bytes: b"B\nB\n".into(), byte_by_byte: false }
        );
        assert_eq!(
            (said("(half-close)"), said("(leave)"), said("(vanish)")),
            (Act::HalfClose, Act::Leave, Act::Vanish)
        );
    }

    #[test]
    fn each_of_several_hears_another_line() {
        let hear = steps("A,B< x | y").remove(0);
        assert_eq!(
            (hear.who, hear.act),
            (
                vec!['A', 'B'],
                Act::Hear { lines: vec![b"x".into(), b"y".into()], times: 1 }
            )
        );
        assert!(unclear("A,B< x").contains("2 customers hear 1 lines"));
    }

    #[test]
    fn what_is_not_understood_is_said_with_its_line() {
        assert!(unclear("A< x\nhello").starts_with("line 2: neither"));
        assert!(unclear("colour: 3").contains("no key `colour`"));
        assert!(unclear("from: two").contains("needs a number"));
        assert!(unclear("a> x").contains("capital letter"));
        assert!(unclear("A> (loudly) x").contains("(loudly)"));
        assert!(unclear("A> x").contains("nothing is checked"));
    }

    #[test]
    fn one_clerk_can_serve_customers_who_come_one_after_the_other() {
        let one = |text| Script::parse("x", text).unwrap().one_at_a_time();
        assert!(one("A> BYE\nA< BYE\nA< (closed)\nB> BYE\nB< BYE"));
        assert!(one("A< x\nA> (leave)\nB< x"));
        assert!(!one("A> DROP x\nB> DROP y\nA< x"));
        assert!(!one("A< x\nA> (leave)\nB< x\nB> (leave)\nA< y"));
        assert!(!one("A,B< x | y"));
    }
}
