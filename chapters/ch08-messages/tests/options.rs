//! What the shop can be told when it opens.

use ch08_messages::shop::options::{Options, USAGE};
use std::time::Duration;

fn parse(line: &str) -> Result<Options, String> {
    Options::parse(line.split_whitespace().map(str::to_owned))
}

#[test]
fn good_options_are_understood_in_any_order() {
    for (line, addr, clean_ms, grace_ms) in [
        ("", "127.0.0.1:7878", 50, 2000),
        ("--addr 127.0.0.1:0", "127.0.0.1:0", 50, 2000),
        ("--addr 127.1.2.3:80", "127.1.2.3:80", 50, 2000),
        ("--clean-ms 0", "127.0.0.1:7878", 0, 2000),
        ("--clean-ms 4294967295", "127.0.0.1:7878", 4_294_967_295, 2000),
        ("--clean-ms 7 --addr 127.0.0.1:1", "127.0.0.1:1", 7, 2000),
        ("--clean-ms 7 --clean-ms 8", "127.0.0.1:7878", 8, 2000),
        ("--grace-ms 0", "127.0.0.1:7878", 50, 0),
        ("--grace-ms 4294967295", "127.0.0.1:7878", 50, 4_294_967_295),
        ("--grace-ms 7 --clean-ms 8", "127.0.0.1:7878", 8, 7),
        ("--grace-ms 7 --grace-ms 8", "127.0.0.1:7878", 50, 8),
        ("--street --addr 0.0.0.0:80", "0.0.0.0:80", 50, 2000),
        ("--addr 0.0.0.0:80 --street", "0.0.0.0:80", 50, 2000),
    ] {
        let options = parse(line).expect(line);
        assert_eq!(options.addr.to_string(), addr, "{line}");
        assert_eq!(options.clean, Duration::from_millis(clean_ms), "{line}");
        assert_eq!(options.grace, Duration::from_millis(grace_ms), "{line}");
    }
}

#[test]
fn machines_and_places_are_any_number_unless_it_is_said_how_many() {
    for (line, machines, rack) in [
        ("", usize::MAX, usize::MAX),
        ("--machines 1", 1, usize::MAX),
        ("--rack 1", usize::MAX, 1),
        ("--rack 100 --machines 2", 2, 100),
        ("--machines 2 --machines 3", 3, usize::MAX),
    ] {
        let options = parse(line).expect(line);
        assert_eq!((options.machines, options.rack), (machines, rack), "{line}");
    }
}

#[test]
fn bad_options_are_refused_with_a_sentence() {
    for (line, sentence) in [
        ("--addr", "--addr needs a value"),
        ("--addr 7878", "--addr does not understand 7878"),
        ("--addr 127.0.0.1", "--addr does not understand 127.0.0.1"),
        ("--addr 127.0.0.1:65536", "--addr does not understand 127.0.0.1:65536"),
        ("--addr 0.0.0.0:80", "0.0.0.0:80 can be reached from outside; add --street"),
        ("--clean-ms", "--clean-ms needs a value"),
        ("--clean-ms soon", "--clean-ms does not understand soon"),
        ("--clean-ms -1", "--clean-ms does not understand -1"),
        ("--clean-ms 1.5", "--clean-ms does not understand 1.5"),
        ("--clean-ms 4294967296", "--clean-ms does not understand 4294967296"),
        ("--grace-ms", "--grace-ms needs a value"),
        ("--grace-ms long", "--grace-ms does not understand long"),
        ("--grace-ms 4294967296", "--grace-ms does not understand 4294967296"),
        ("--grace", "there is no option --grace"),
        ("--machines", "--machines needs a value"),
        ("--machines some", "--machines does not understand some"),
        ("--machines -1", "--machines does not understand -1"),
        ("--machines 0", "--machines needs one at least"),
        ("--rack", "--rack needs a value"),
        ("--rack 1.5", "--rack does not understand 1.5"),
        ("--rack 0", "--rack needs one at least"),
        ("--open", "there is no option --open"),
        ("7878", "there is no option 7878"),
    ] {
        assert_eq!(parse(line).unwrap_err(), sentence);
    }
}

#[test]
fn the_usage_names_every_option() {
    for option in
        ["--addr", "--clean-ms", "--grace-ms", "--machines", "--rack", "--street"]
    {
        assert!(USAGE.contains(option), "{option}");
    }
}
