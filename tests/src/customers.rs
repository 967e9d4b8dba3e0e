//! The customers of a script, played against a shop.
//!
//! Order comes from the script alone: nobody speaks before what the script has
//! them hear above has been heard. Nothing here waits for a time to pass; the
//! watchdog on each read only turns a hang into a message.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, bail};
use bestiary::child::WATCHDOG;

use crate::script::{Act, Script, Step};

/// Plays `script` against the shop at `addr`.
///
/// # Errors
///
/// With the script's line, if the shop says anything else than what stands there.
pub fn play(script: &Script, addr: SocketAddr) -> Result<()> {
    let mut here: BTreeMap<char, Customer> = BTreeMap::new();
    for step in &script.steps {
        for &name in &step.who {
            if let Entry::Vacant(seat) = here.entry(name) {
                seat.insert(Customer::enter(addr)?);
            }
        }
        act(step, &mut here).with_context(|| {
            format!("conversations/{}.txt:{}", script.name, step.line)
        })?;
    }
    for (name, customer) in here {
        let parting =
            customer.half_close().and_then(|mut customer| customer.hear_closed());
        parting.with_context(|| {
            format!("conversations/{}.txt, after the last line, {name}", script.name)
        })?;
    }
    Ok(())
}

fn act(step: &Step, here: &mut BTreeMap<char, Customer>) -> Result<()> {
    let name = step.who[0];
    let mut customer = here.remove(&name).context("a customer who has gone")?;
    match &step.act {
        Act::Say { bytes, byte_by_byte } => customer.say(bytes.clone(), *byte_by_byte),
        Act::Hear { lines, times } if step.who.len() == 1 => {
            for _ in 0..*times {
                let line = customer.hear()?;
                if line != lines[0] {
                    bail!(
                        "{name} should hear `{}` and heard `{}`",
                        shown(&lines[0]),
                        shown(&line)
                    );
                }
            }
        }
        Act::Hear { lines, .. } => {
            let mut heard = vec![customer.hear()?];
            for other in &step.who[1..] {
                heard.push(
                    here.get_mut(other).context("a customer who has gone")?.hear()?,
                );
            }
            if !same_in_any_order(&heard, lines) {
                let heard: Vec<String> = heard.iter().map(|line| shown(line)).collect();
                bail!("{:?} heard `{}`", step.who, heard.join("` and `"));
            }
        }
        Act::HearClosed => {
            customer.hear_closed()?;
            return Ok(());
        }
        Act::HalfClose => customer = customer.half_close()?,
        Act::Leave => {
            customer.leave()?;
            return Ok(());
        }
        Act::Vanish => {
            customer.vanish()?;
            return Ok(());
        }
    }
    here.insert(name, customer);
    Ok(())
}

fn same_in_any_order(a: &[Vec<u8>], b: &[Vec<u8>]) -> bool {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort();
    b.sort();
    a == b
}

/// A connection to a shop. What is said goes through a thread of its own, so
/// that a shop that does not listen cannot keep the customer from hearing.
pub struct Customer {
    ears: BufReader<TcpStream>,
    mouth: Option<mpsc::Sender<Vec<u8>>>,
    speaker: Option<JoinHandle<io::Result<()>>>,
}

impl Customer {
    /// Connects.
    pub fn enter(addr: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(addr).with_context(|| format!("connecting to {addr}"))?;
        stream.set_read_timeout(Some(WATCHDOG))?;
        stream.set_nodelay(true)?;
        let mut out = stream.try_clone()?;
        let (mouth, words) = mpsc::channel::<Vec<u8>>();
        let speaker = thread::spawn(move || {
            words.iter().try_for_each(|bytes| out.write_all(&bytes))
        });
        Ok(Self {
            ears: BufReader::new(stream),
            mouth: Some(mouth),
            speaker: Some(speaker),
        })
    }

    /// Sends these bytes, sooner or later; with `byte_by_byte`, each in its own packet.
    pub fn say(&mut self, bytes: Vec<u8>, byte_by_byte: bool) {
        let Some(mouth) = &self.mouth else { return };
        // A speaker that has failed is noticed when the customer listens.
        if byte_by_byte {
            bytes.into_iter().for_each(|byte| drop(mouth.send(vec![byte])));
        } else {
            let _ = mouth.send(bytes);
        }
    }

    /// The next line that the shop says, without its end.
    pub fn hear(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        match self.ears.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {
                line.pop();
                Ok(line)
            }
            Ok(0) => bail!("the shop closed the connection instead of answering"),
            Ok(_) => bail!(
                "the shop closed the connection after half a line: `{}`",
                shown(&line)
            ),
            Err(error) if is_timeout(&error) => {
                bail!("the shop said nothing for {} s", WATCHDOG.as_secs())
            }
            Err(error) => Err(error).context("listening to the shop"),
        }
    }

    /// Makes sure that the shop closes without another word.
    pub fn hear_closed(&mut self) -> Result<()> {
        let mut line = Vec::new();
        match self.ears.read_until(b'\n', &mut line) {
            Ok(0) => Ok(()),
            Ok(_) => bail!("the shop should close and said `{}`", shown(&line)),
            Err(error) if is_timeout(&error) => {
                bail!("the shop did not close for {} s", WATCHDOG.as_secs())
            }
            Err(error) => Err(error).context("the shop should close the connection"),
        }
    }

    /// Closes the sending direction, once all has been said.
    pub fn half_close(mut self) -> Result<Self> {
        self.finish_speaking()?;
        match self.ears.get_ref().shutdown(Shutdown::Write) {
            // The shop has closed already; hearing comes to that.
            Err(error) if error.kind() != ErrorKind::NotConnected => {
                Err(error).context("half-closing")
            }
            _ => Ok(self),
        }
    }

    /// Closes the connection, once all has been said.
    pub fn leave(mut self) -> Result<()> {
        self.finish_speaking()
    }

    /// Resets the connection, once all has been said: nothing tells the shop goodbye.
    pub fn vanish(mut self) -> Result<()> {
        self.finish_speaking()?;
        let linger = libc::linger { l_onoff: 1, l_linger: 0 };
        let size = size_of::<libc::linger>() as libc::socklen_t;
        // SAFETY: the descriptor is open for as long as `self` lives, and `linger`
        // is a value of the size that is given with it.
        let result = unsafe {
            let fd = self.ears.get_ref().as_raw_fd();
            libc::setsockopt(
                fd,
                libc::SOL_SOCKET,
                libc::SO_LINGER,
                (&raw const linger).cast(),
                size,
            )
        };
        if result != 0 {
            return Err(io::Error::last_os_error()).context("SO_LINGER");
        }
        Ok(())
    }

    fn finish_speaking(&mut self) -> Result<()> {
        drop(self.mouth.take());
        match self.speaker.take().map(JoinHandle::join) {
            Some(Ok(said)) => said.context("speaking to the shop"),
            Some(Err(_)) => bail!("the speaking thread panicked"),
            None => Ok(()),
        }
    }
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Bytes as a message shows them: escaped, and cut when long.
pub fn shown(bytes: &[u8]) -> String {
    let cut = &bytes[..bytes.len().min(80)];
    let dots = if cut.len() < bytes.len() { "…" } else { "" };
    format!("{}{dots}", cut.escape_ascii())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// A shop that answers each line with the line; `BYE` closes.
    fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        thread::spawn(move || {
            for customer in listener.incoming() {
                thread::spawn(move || {
                    let customer = customer.unwrap();
                    for line in BufReader::new(&customer).lines().map_while(Result::ok) {
                        if line == "BYE" {
                            return;
                        }
                        let _ = (&customer).write_all(format!("{line}\n").as_bytes());
                    }
                });
            }
        });
        addr
    }

    fn played(text: &str) -> Result<(), String> {
        let script = Script::parse("test", text).unwrap();
        play(&script, echo()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_conversation_as_written_passes() {
        played("A> one\nA< one\nB> (byte by byte) two\nB< two\nA> BYE\nA< (closed)\nB> (half-close)\nB< (closed)").unwrap();
        played("A> (300 times) {x*500}\nB> y\nB< y\nA< (300 times) {x*500}").unwrap();
        played("A> x\nB> y\nA,B< y | x").unwrap();
        played("A> x\nA< x\nA> (vanish)\nB> x\nB< x\nB> (leave)").unwrap();
    }

    #[test]
    fn any_other_answer_fails_with_its_line() {
        let error = played("A> one\n\nA< two").unwrap_err();
        assert_eq!(
            error,
            "conversations/test.txt:3: A should hear `two` and heard `one`"
        );
        assert!(
            played("A> x\nB> y\nA,B< x | x").unwrap_err().contains("heard `x` and `y`")
        );
    }

    #[test]
    fn a_shop_that_closes_or_goes_on_talking_fails() {
        assert!(
            played("A> BYE\nA< x").unwrap_err().contains("closed the connection instead")
        );
        assert!(played("A> x\nA< (closed)").unwrap_err().contains("said `x"));
        assert!(
            played("A> x\nA> y\nA< x").unwrap_err().contains("after the last line, A")
        );
    }
}
