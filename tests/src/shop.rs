//! A chapter's shop, running as a child on a free port.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use anyhow::{Context, Result, bail};
use bestiary::child::WATCHDOG;

/// A running shop; dropping it closes it for good.
pub struct Shop {
    child: Child,
    addr: SocketAddr,
    complaints: Arc<Mutex<String>>,
}

impl Shop {
    /// Opens the shop whose program is at `program`, and waits until it serves.
    pub fn open(program: &Path, clean_ms: u64, args: &[&str]) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["--addr", "127.0.0.1:0", "--clean-ms", &clean_ms.to_string()])
            .args(args);
        Self::from_command(command)
    }

    /// Opens the shop that `command` runs, and waits until it serves.
    pub fn from_command(mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        let complaints = Arc::new(Mutex::new(String::new()));
        let first_line = listen(&mut child, &complaints);
        // Built before anything can fail: dropping it ends the child.
        let mut shop = Self { child, addr: ([127, 0, 0, 1], 0).into(), complaints };
        let Ok(line) = first_line.recv_timeout(WATCHDOG) else {
            bail!(
                "the shop never opened; on standard error it said:\n{}",
                shop.complaints()
            );
        };
        let Some(addr) = line.trim_end().strip_prefix("open on ") else {
            bail!(
                "the shop's first line is `{}` and not `open on ADDR`",
                line.trim_end()
            );
        };
        shop.addr =
            addr.parse().with_context(|| format!("`{addr}` is not an address"))?;
        Ok(shop)
    }

    /// Where it is.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written on standard error so far.
    pub fn complaints(&self) -> String {
        self.complaints.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fails if it has closed or anything in it has panicked.
    pub fn is_well(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "the shop has closed ({status}); on standard error it said:\n{}",
                self.complaints()
            );
        }
        if self.complaints().contains("panicked at") {
            bail!("something in the shop panicked:\n{}", self.complaints());
        }
        Ok(())
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads both outputs to their ends, so that the child never waits for a reader.
/// The first line of the standard output comes through the channel.
fn listen(child: &mut Child, complaints: &Arc<Mutex<String>>) -> mpsc::Receiver<String> {
    let (first, first_line) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut lines = BufReader::new(stdout);
            let mut line = String::new();
            if lines.read_line(&mut line).is_ok_and(|n| n > 0) {
                let _ = first.send(line);
            }
            drop(first);
            let _ = std::io::copy(&mut lines, &mut std::io::sink());
        });
    }
    if let Some(mut stderr) = child.stderr.take() {
        let complaints = Arc::clone(complaints);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                let mut text = complaints.lock().unwrap_or_else(PoisonError::into_inner);
                text.push_str(&String::from_utf8_lossy(&buffer[..n]));
            }
        });
    }
    first_line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_shop_says_where_it_is() {
        let mut shop =
            Shop::from_command(sh("echo open on 127.0.0.1:4711; exec sleep 1000"))
                .unwrap();
        assert_eq!(shop.addr().port(), 4711);
        shop.is_well().unwrap();
    }

    #[test]
    fn a_shop_that_does_not_open_is_an_error_that_says_why() {
        let error =
            Shop::from_command(sh("echo no room >&2; exec 2>&-; exit 1")).err().unwrap();
        assert!(error.to_string().contains("never opened"), "{error}");
        let error = Shop::from_command(sh("echo welcome")).err().unwrap();
        assert!(error.to_string().contains("`welcome`"), "{error}");
    }

    #[test]
    fn a_shop_that_closed_is_not_well() {
        let mut shop = Shop::from_command(sh("echo open on 127.0.0.1:4711")).unwrap();
        shop.child.wait().unwrap();
        assert!(shop.is_well().is_err());
    }
}
