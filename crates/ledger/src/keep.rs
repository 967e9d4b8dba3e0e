//! Where the entries go.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom, Write},
    path::Path,
};

use crate::{Entry, Ledger, json};

/// Where a recording keeps its entries.
#[derive(Debug)]
pub(crate) enum Keep {
    /// In memory, to be read as a [`Ledger`].
    Memory(Vec<Entry>),
    /// Each as a line of text, at once.
    Text(File),
    /// Each as JSON, at once.
    Json(JsonFile),
}

/// A file that is a whole JSON document after every entry, so that a program may be killed at any
/// time and leave a ledger that any tool can read.
#[derive(Debug)]
pub(crate) struct JsonFile {
    file: File,
    /// Where the closing bracket stands, which the next entry overwrites.
    end: u64,
    is_empty: bool,
}

impl Keep {
    pub(crate) fn put(&mut self, entry: Entry) {
        // A ledger that can no longer be written (a full disk, a closed pipe) is no reason to
        // disturb the program that it observes.
        let _ = match self {
            Keep::Memory(entries) => {
                entries.push(entry);
                Ok(())
            }
            Keep::Text(file) => file.write_all(format!("{entry}\n").as_bytes()),
            Keep::Json(file) => file.put(&entry),
        };
    }

    pub(crate) fn ledger(&self) -> Ledger {
        match self {
            Keep::Memory(entries) => entries.iter().cloned().collect(),
            Keep::Text(_) | Keep::Json(_) => Ledger::default(),
        }
    }
}

impl JsonFile {
    pub(crate) fn create(path: &Path) -> io::Result<JsonFile> {
        let mut json = JsonFile { file: File::create(path)?, end: 0, is_empty: true };
        json.write(json::START)?;
        Ok(json)
    }

    fn put(&mut self, entry: &Entry) -> io::Result<()> {
        let separator = if self.is_empty { "" } else { json::BETWEEN };
        self.write(&format!("{separator}{}", json::line(entry)))?;
        self.is_empty = false;
        Ok(())
    }

    /// Writes `text` and the document's end, in one write.
    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(format!("{text}{}", json::END).as_bytes())?;
        self.end += text.len() as u64;
        Ok(())
    }
}
