//! Opening a page in the reader's browser, if there is one.

use std::env;
use std::process::{Command, Stdio};

/// Asks the desktop to show `address`. Says whether anything could be asked;
/// a machine without a desktop is no fault.
pub fn in_browser(address: &str) -> bool {
    let desktop =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some());
    let program = match env::var("BROWSER") {
        Ok(browser) if !browser.is_empty() => browser,
        _ if cfg!(target_os = "macos") => "open".to_owned(),
        _ if desktop => "xdg-open".to_owned(),
        _ => return false,
    };
    Command::new(program)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}
