//! The workspace under test, and its programs, built once.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use bestiary::programs::Programs;
use bookbinder::Workspace;
use serde_json::Value;

/// The workspace that these tests belong to.
///
/// # Panics
///
/// If it cannot be read.
pub fn workspace() -> &'static Workspace {
    static WORKSPACE: OnceLock<Workspace> = OnceLock::new();
    WORKSPACE.get_or_init(|| {
        Workspace::at(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .expect("the workspace can be read")
    })
}

/// Every chapter's programs, built as the tests themselves were.
///
/// # Panics
///
/// If one does not compile.
pub fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let target = target_dir();
        let mut which = vec![
            "--workspace".to_owned(),
            format!("--target-dir={}", target.dir.display()),
        ];
        which.extend(target.release.then(|| "--release".to_owned()));
        Programs::build(workspace().root(), &which)
            .and_then(|programs| programs.kept_in(&target.dir.join("promised-programs")))
            .expect("the programs of the chapters build")
    })
}

/// Where cargo put these tests.
pub struct TargetDir {
    /// The folder, `target` by default.
    pub dir: PathBuf,
    /// Whether they were built with `--release`.
    pub release: bool,
}

/// Where cargo put these tests, so that nothing is built a second time elsewhere.
pub fn target_dir() -> TargetDir {
    // target/debug/deps/promises-0123456789abcdef
    let exe = env::current_exe().unwrap_or_default();
    let profile = exe.ancestors().nth(2).unwrap_or(&exe);
    let dir = profile.parent().unwrap_or(profile).to_owned();
    TargetDir { dir, release: profile.ends_with("release") }
}

/// What `cargo metadata` says of the workspace and everything it depends on, on
/// this machine's platform.
pub fn metadata() -> Result<Value> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc)
        .arg("-vV")
        .output()
        .context("rustc cannot be started")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let out = std::process::Command::new(bestiary::programs::cargo())
        .args(["metadata", "--format-version=1", "--filter-platform", host])
        .current_dir(workspace().root())
        .output()
        .context("cargo cannot be started")?;
    anyhow::ensure!(
        out.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&out.stderr)
    );
    serde_json::from_slice(&out.stdout).context("what cargo metadata printed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_folder_is_the_one_this_test_lies_in() {
        let target = target_dir();
        assert!(env::current_exe().unwrap().starts_with(&target.dir));
        assert_eq!(target.release, !cfg!(debug_assertions));
    }
}
