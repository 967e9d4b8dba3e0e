//! What is wrong with the book, where, and what to do about it.

use std::fmt;

/// One thing that is wrong, with its place and its remedy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, relative to the workspace (or to the built book).
    pub file: String,
    /// The line, counted from 1, where one can be named.
    pub line: Option<usize>,
    /// What is wrong, and the remedy.
    pub what: String,
}

impl Problem {
    /// A problem with a file as a whole.
    pub fn in_file(file: impl Into<String>, what: impl fmt::Display) -> Problem {
        Problem { file: file.into(), line: None, what: what.to_string() }
    }

    /// A problem with one line of a file.
    pub fn at(file: impl Into<String>, line: usize, what: impl fmt::Display) -> Problem {
        Problem { file: file.into(), line: Some(line), what: what.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// All the problems of one build, as an error: one line each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// `Ok` when there are none, else all of them as one error.
    pub fn into_result(self) -> anyhow::Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(self.into()) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let end = if n == 0 { "" } else { "\n" };
            write!(f, "{end}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_print_one_to_a_line_with_file_and_line() {
        let both = Problems(vec![
            Problem::at("a.md", 3, "no item `x`"),
            Problem::in_file("b.md", "is empty"),
        ]);
        assert_eq!(both.to_string(), "a.md:3: no item `x`\nb.md: is empty");
    }

    #[test]
    fn no_problems_are_no_error() {
        assert!(Problems::default().into_result().is_ok());
    }
}
