//! `LEDGER=… program`: a ledger on request.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fmt,
    fs::File,
    io,
    os::fd::AsFd,
    path::{Path, PathBuf},
    process,
};

use crate::{
    Recorder, compiled_in,
    keep::{JsonFile, Keep},
};

/// Records the whole program, if the environment asks for it. The first line of a `main`:
///
/// ```
/// ledger::init();
/// tracing::trace!(target: "shop", "open");
/// ```
///
/// | `LEDGER` | |
/// |---|---|
/// | unset or empty | nothing is recorded; an event costs one check of a static |
/// | `-` | each entry is printed on stderr as it happens |
/// | a file's name | the entries are written there as JSON; the file is whole after each entry, so the program may be killed |
///
/// If the ledger cannot be opened, says why on stderr and ends the program with code 2. If it was
/// [compiled out](compiled_in), says so on stderr and goes on.
pub fn init() {
    match try_init() {
        Ok(()) => {}
        Err(why @ CannotOpen::CompiledOut) => eprintln!("{why}"),
        Err(why) => {
            eprintln!("{why}");
            process::exit(2);
        }
    }
}

/// [`init`] for those who would rather decide themselves what to do when it fails.
///
/// # Errors
///
/// When `LEDGER` asks for a ledger and there cannot be one.
pub fn try_init() -> Result<(), CannotOpen> {
    let Some(wanted) = env::var_os("LEDGER").filter(|wanted| !wanted.is_empty()) else {
        return Ok(());
    };
    if !compiled_in() {
        return Err(CannotOpen::CompiledOut);
    }
    let recorder = Recorder::keeping(open(&wanted)?);
    recorder.install().map_err(|_| CannotOpen::Taken)
}

fn open(wanted: &OsStr) -> Result<Keep, CannotOpen> {
    if wanted == "-" {
        return stderr().map(Keep::Text).map_err(CannotOpen::Stderr);
    }
    let path = Path::new(wanted);
    JsonFile::create(path)
        .map(Keep::Json)
        .map_err(|why| CannotOpen::File(path.to_owned(), why))
}

/// Stderr without std's lock. A thread may hold that lock while a value prints itself and logs; if
/// the ledger took it too, two threads could wait for each other.
fn stderr() -> io::Result<File> {
    let fd = io::stderr().as_fd().try_clone_to_owned()?;
    Ok(File::from(fd))
}

/// Why there is no ledger although `LEDGER` asks for one.
#[derive(Debug)]
#[non_exhaustive]
pub enum CannotOpen {
    /// The build has no events.
    CompiledOut,
    /// The file cannot be written.
    File(PathBuf, io::Error),
    /// There is no stderr.
    Stderr(io::Error),
    /// The program has a global `tracing` subscriber already.
    Taken,
}

impl fmt::Display for CannotOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LEDGER is set, but ")?;
        match self {
            CannotOpen::CompiledOut => f.write_str(
                "release builds leave the ledger out: build without --release to have one",
            ),
            CannotOpen::File(path, why) => write!(
                f,
                "its file {} cannot be written: {why}; name another, or `-` for stderr",
                path.display()
            ),
            CannotOpen::Stderr(why) => write!(f, "there is no stderr to print it on: {why}"),
            CannotOpen::Taken => {
                f.write_str("this program has a global tracing subscriber already")
            }
        }
    }
}

impl Error for CannotOpen {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CannotOpen::File(_, why) | CannotOpen::Stderr(why) => Some(why),
            CannotOpen::CompiledOut | CannotOpen::Taken => None,
        }
    }
}
