//! What differs between two runs and says nothing about the program.
//!
//! A stored output must be the same on the reader's machine as on the author's.
//! Before it is stored, and before it is compared, the path of the workspace,
//! free ports, process numbers and addresses in memory are put aside.

use std::path::Path;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// `text` without what changes from run to run; `root` is the workspace's folder.
pub fn output(text: &str, root: &Path) -> String {
    static PORT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(127\.0\.0\.1|\[::1\]|localhost):(\d{4,5})\b").unwrap()
    });
    static PID: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b([Pp][Ii][Dd][ :=]\s*)\d+").unwrap());
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b0x[0-9a-f]{6,}\b").unwrap());

    let text = text.replace(&*root.to_string_lossy(), "$ROOT");
    let text = PORT.replace_all(&text, |c: &Captures<'_>| match &c[2] {
        "7878" => c[0].to_owned(),
        _ => format!("{}:PORT", &c[1]),
    });
    let text = PID.replace_all(&text, "${1}PID");
    ADDRESS.replace_all(&text, "0x…").into_owned()
}

/// The shape of a measurement: its words and lines, every number `#`.
///
/// Two machines agree on the shape. The unit after a number goes too, because
/// a slower machine says `1.2 ms` where a faster one says `800 µs`, and so does
/// the padding that lines numbers up.
pub fn shape(text: &str) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d[\d.,_]*(?:e-?\d+)?(?: ?(?:ns|µs|us|ms|s)\b)?").unwrap()
    });
    static PADDING: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[ \t]+").unwrap());
    let text = TIME.replace_all(text, "#");
    let text = PADDING.replace_all(&text, " ");
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

/// `text` as any Unix would print it: the kernels number their errors differently
/// (`EAGAIN` is 11 on Linux and 35 on macOS) and word some of them differently.
pub fn any_unix(text: &str) -> String {
    static ERROR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[^:\n]*\(os error \d+\)").unwrap());
    ERROR.replace_all(text, " an error of the system").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_free_ports_pids_and_addresses_are_put_aside() {
        let text =
            "open on 127.0.0.1:40123, /somewhere/book/x.rs, pid 4711 at 0x7ffc12345678\n";
        assert_eq!(
            output(text, Path::new("/somewhere/book")),
            "open on 127.0.0.1:PORT, $ROOT/x.rs, pid PID at 0x…\n",
        );
    }

    #[test]
    fn what_the_program_means_to_say_stays() {
        let text = "open on 127.0.0.1:7878, ticket 1, 0xff, rapid 12\n";
        assert_eq!(output(text, Path::new("/somewhere/book")), text);
    }

    #[test]
    fn two_measurements_have_the_same_shape_and_other_words_another() {
        let here = shape("start-up:   1.2 ms\n1,000 customers   8.4 MiB");
        assert_eq!(here, shape("start-up: 800 µs\n1,000 customers 10.25 MiB"));
        assert_eq!(here, "start-up: #\n# customers # MiB");
        assert_ne!(here, shape("shut-down: 1.2 ms\n1,000 customers 8.4 MiB"));
    }

    #[test]
    fn errors_compare_across_kernels() {
        assert_eq!(
            any_unix("read: Resource temporarily unavailable (os error 11)"),
            any_unix("read: Operation would block (os error 35)"),
        );
    }
}
