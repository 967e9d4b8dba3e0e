//! Colour, where someone is there to see it.

use std::fmt::{self, Display};
use std::io::{IsTerminal, stdout};

/// Whether to colour; decided once, for standard output.
#[derive(Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours only for a terminal, and not where `NO_COLOR` is set.
    pub fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|t| t == "dumb");
        Self { on: stdout().is_terminal() && !refused && !dumb }
    }

    /// Plain text, wherever it goes.
    #[cfg(test)]
    pub const PLAIN: Self = Self { on: false };

    /// Colours, wherever they go.
    #[cfg(test)]
    pub const ALWAYS: Self = Self { on: true };

    /// Whether it colours.
    pub fn is_on(self) -> bool {
        self.on
    }

    /// `text` in the given style.
    pub fn style<T: Display>(self, style: Style, text: T) -> Painted<T> {
        Painted { on: self.on, style, text }
    }
}

/// The few styles in use, as the numbers that a terminal knows them by.
#[derive(Clone, Copy)]
pub enum Style {
    /// A title or a name.
    Bold,
    /// What may be passed over.
    Dim,
    /// Something to type.
    Cyan,
    /// A new line, or a promise kept.
    Green,
    /// A line that is gone, or a promise broken.
    Red,
    /// The part of a new line that is new.
    NewPart,
    /// The part of an old line that is gone.
    OldPart,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Cyan => "36",
            Self::Green => "32",
            Self::Red => "31",
            Self::NewPart => "1;4;32",
            Self::OldPart => "1;4;31",
        }
    }
}

/// A text with its style; what [`Paint::style`] gives.
pub struct Painted<T> {
    on: bool,
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.on {
            return self.text.fmt(f);
        }
        write!(f, "\x1b[{}m", self.style.code())?;
        self.text.fmt(f)?;
        f.write_str("\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_carries_no_codes_and_keeps_its_padding() {
        assert_eq!(format!("{:>5}|", Paint::PLAIN.style(Style::Red, "a")), "    a|");
    }

    #[test]
    fn coloured_text_is_reset_after_it() {
        let paint = Paint::ALWAYS;
        assert_eq!(
            format!("{:<3}|", paint.style(Style::Green, "a")),
            "\x1b[32ma  \x1b[0m|"
        );
    }
}
