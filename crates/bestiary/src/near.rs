//! The name that was probably meant.

/// `; did you mean …?` with the candidate nearest to `name`, or nothing when
/// none is near enough to be a slip of the fingers.
pub fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let near = similar::get_close_matches(name, &candidates, 1, 0.6);
    near.first().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERBS: [&str; 4] = ["read", "run", "record", "diff"];

    #[test]
    fn slips_of_the_fingers_are_understood() {
        assert_eq!(hint("raed", VERBS), "; did you mean `read`?");
        assert_eq!(hint("rn", VERBS), "; did you mean `run`?");
        assert_eq!(hint("dif", VERBS), "; did you mean `diff`?");
        assert_eq!(hint("recrod", VERBS), "; did you mean `record`?");
    }

    #[test]
    fn a_name_like_no_other_has_no_neighbour() {
        assert_eq!(hint("serve", VERBS), "");
        assert_eq!(hint("x", VERBS), "");
    }
}
