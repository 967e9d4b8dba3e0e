//! Licences that may stand beside ours.

/// What a dependency may be under: all let anyone build and pass on the book.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    // Drawings: the icons that mdBook puts into its pages.
    "CC-BY-4.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];

/// Whether a licence expression (`MIT OR Apache-2.0`, `(MIT OR Apache-2.0) AND
/// Unicode-3.0`, the older `MIT/Apache-2.0`) leaves a choice that is allowed.
pub fn allows(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<&str> = spaced.split_whitespace().collect();
    words.reverse();
    either(&mut words).is_some_and(|allowed| allowed && words.is_empty())
}

/// `a OR b`; the words stand in reverse, so the next one is the last.
fn either(words: &mut Vec<&str>) -> Option<bool> {
    let mut allowed = both(words)?;
    while words.pop_if(|word| *word == "OR").is_some() {
        allowed |= both(words)?;
    }
    Some(allowed)
}

/// `a AND b`
fn both(words: &mut Vec<&str>) -> Option<bool> {
    let mut allowed = one(words)?;
    while words.pop_if(|word| *word == "AND").is_some() {
        allowed &= one(words)?;
    }
    Some(allowed)
}

/// A licence, with its exception if it has one, or an expression in parentheses.
fn one(words: &mut Vec<&str>) -> Option<bool> {
    let mut name = words.pop()?.to_owned();
    if name == "(" {
        let allowed = either(words)?;
        return (words.pop()? == ")").then_some(allowed);
    }
    if words.pop_if(|word| *word == "WITH").is_some() {
        name = format!("{name} WITH {}", words.pop()?);
    }
    Some(ALLOWED.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_needs_one_allowed_licence_and_a_sum_needs_all() {
        assert!(allows("MIT OR Apache-2.0"));
        assert!(allows("MIT/Apache-2.0"));
        assert!(allows("GPL-3.0 OR MIT"));
        assert!(allows("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(allows("Apache-2.0 WITH LLVM-exception OR GPL-2.0"));
        assert!(!allows("GPL-3.0"));
        assert!(!allows("MIT AND GPL-3.0"));
        assert!(!allows("(MIT OR GPL-3.0) AND AGPL-3.0"));
    }

    #[test]
    fn what_cannot_be_read_is_not_allowed() {
        for odd in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "Apache-2.0 WITH"] {
            assert!(!allows(odd), "{odd}");
        }
    }
}
