//! The chapters' programs, built and found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::near;

/// Every example and every shop of the chapters, and where cargo put it.
#[derive(Debug)]
pub struct Programs {
    by_name: BTreeMap<String, PathBuf>,
}

impl Programs {
    /// Builds them with cargo, whose messages go to standard error.
    ///
    /// `which` says what to build besides examples and binaries: `--workspace`, or
    /// `-p` and a package for each; `--release` may be among them.
    ///
    /// # Errors
    ///
    /// If one does not compile; cargo has then said why.
    pub fn build<S: AsRef<str>>(root: &Path, which: &[S]) -> Result<Self> {
        let built = Command::new(cargo())
            .args([
                "build",
                "--quiet",
                "--bins",
                "--examples",
                "--message-format=json-render-diagnostics",
            ])
            .args(which.iter().map(AsRef::as_ref))
            .current_dir(root)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .context("cargo cannot be started")?;
        if !built.status.success() {
            bail!("the programs do not build; cargo has said why above");
        }
        Ok(Self { by_name: executables(&String::from_utf8_lossy(&built.stdout)) })
    }

    /// The same programs under names of their own in `folder`: a later build by another
    /// cargo command does not replace them while they run.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written to.
    pub fn kept_in(self, folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let keep = |(name, built): (String, PathBuf)| {
            let kept = folder.join(&name);
            let _ = fs::remove_file(&kept);
            fs::hard_link(&built, &kept)
                .or_else(|_| fs::copy(&built, &kept).map(drop))
                .with_context(|| format!("{} cannot be copied", built.display()))?;
            Ok((name, kept))
        };
        let by_name = self.by_name.into_iter().map(keep).collect::<Result<_>>()?;
        Ok(Self { by_name })
    }

    /// Where the program of that name is.
    pub fn path(&self, name: &str) -> Result<&Path> {
        self.by_name.get(name).map(PathBuf::as_path).ok_or_else(|| {
            let hint = near::hint(name, self.names());
            anyhow!("there is no program `{name}`{hint}")
        })
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }
}

/// The cargo that runs us, or else the one on the path.
pub fn cargo() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Reads the names and paths out of cargo's messages, one JSON object a line.
fn executables(messages: &str) -> BTreeMap<String, PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| {
            let path = message["executable"].as_str()?;
            Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(path)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn executables_are_read_from_cargos_messages() {
        let found = executables(
            "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"ledger\"},\"executable\":null}\n\
             not json\n\
             {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"three_calls\"},\"executable\":\"/t/three_calls\"}\n",
        );
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [("three_calls".into(), "/t/three_calls".into())]
        );
    }

    #[test]
    fn a_kept_program_outlives_the_one_that_was_built() {
        let scratch = Scratch::new().unwrap();
        let built = scratch.path().join("built");
        fs::write(&built, "first").unwrap();
        let programs =
            || Programs { by_name: [("nap".to_owned(), built.clone())].into() };
        for _ in 0..2 {
            let kept = programs().kept_in(&scratch.path().join("kept")).unwrap();
            fs::remove_file(&built).unwrap();
            assert_eq!(fs::read_to_string(kept.path("nap").unwrap()).unwrap(), "first");
            fs::write(&built, "first").unwrap();
        }
    }

    #[test]
    fn a_wrong_name_is_told_the_right_one() {
        let programs = Programs { by_name: [("three_calls".into(), "/t".into())].into() };
        let error = programs.path("tree_calls").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no program `tree_calls`; did you mean `three_calls`?"
        );
    }
}
