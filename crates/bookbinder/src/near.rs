//! "Did you mean …?": the names nearest to one that does not exist.

/// At most `count` of `names`, those most like `wanted` first.
pub(crate) fn names<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    count: usize,
) -> Vec<&'a str> {
    let names: Vec<&str> = names.into_iter().collect();
    similar::get_close_matches(wanted, &names, count, 0.6)
}

/// `; did you mean a or b?`, or nothing when no name is near.
pub(crate) fn hint<'a>(wanted: &str, all: impl IntoIterator<Item = &'a str>) -> String {
    let near: Vec<String> =
        names(wanted, all, 3).iter().map(|n| format!("`{n}`")).collect();
    match near.as_slice() {
        [] => String::new(),
        near => format!("; did you mean {}?", near.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn a_slip_of_the_pen_finds_the_name() {
        let names = ["TcpListener", "TcpStream", "Poller"];
        assert_eq!(hint("TcpListner", names), "; did you mean `TcpListener`?");
    }

    #[test]
    fn nothing_near_says_nothing() {
        assert_eq!(hint("zzz", ["TcpListener"]), "");
    }
}
