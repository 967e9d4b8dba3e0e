//! `talk`: the book's own customer, for readers who have neither nc nor telnet.

use std::io::{self, BufRead, ErrorKind, Read, Write, stderr, stdin, stdout};
use std::net::{Shutdown, TcpStream};
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result};
use lexopt::{Arg, Parser};

use super::{Audience, Verb, unexpected};

/// Where every shop is, unless it was told otherwise.
const SHOP: &str = "127.0.0.1:7878";

pub const VERB: Verb = Verb {
    name: "talk",
    usage: "[ADDR]",
    about: "talks to a shop: your lines go out, its answers come back",
    help: "ADDR is HOST:PORT, a port alone, or nothing for 127.0.0.1:7878.\n\n\
           Try, while `cargo bestiary run 1` runs in another terminal:\n\n\
           \u{20}   DROP silk shirt\n\
           \u{20}   PICKUP 1\n\
           \u{20}   BYE\n\n\
           Ctrl-D says that you have nothing more to say; what the shop still answers is\n\
           printed. Lines may be piped in: printf 'DROP silk shirt\\n' | cargo bestiary talk",
    audience: Audience::Readers,
    run,
};

fn run(mut args: Parser) -> Result<ExitCode> {
    let mut addr = None;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(value) if addr.is_none() => {
                addr = Some(value.to_string_lossy().into_owned())
            }
            other => return Err(unexpected(&other, &VERB)),
        }
    }
    let addr = address(addr.as_deref());
    let shop = TcpStream::connect(&addr).with_context(|| {
        format!("nobody answers at {addr}; is a shop open? `cargo bestiary run 1`, in another terminal, opens one")
    })?;
    converse(shop)?;
    Ok(ExitCode::SUCCESS)
}

/// `7879` and `:7879` mean that port on this machine.
fn address(given: Option<&str>) -> String {
    match given {
        None => SHOP.to_owned(),
        Some(port) if port.parse::<u16>().is_ok() => format!("127.0.0.1:{port}"),
        Some(port) if port.starts_with(':') => format!("127.0.0.1{port}"),
        Some(addr) => addr.to_owned(),
    }
}

/// One thread for each direction: answers must be printed while we wait for the
/// reader to type. (How one thread does both is what the book is about.)
fn converse(shop: TcpStream) -> Result<()> {
    let mut hears = shop.try_clone()?;
    let listener = thread::spawn(move || {
        let ended = print_answers(&mut hears);
        if let Err(error) = ended {
            let _ = writeln!(stderr(), "the connection is lost: {error}");
            std::process::exit(1);
        }
        // The shop has closed; whoever sits at the keyboard need not finish the line.
        std::process::exit(0);
    });
    say_lines(&mut &shop)?;
    // Nothing more to say, but still listening: the shop sees the end of our lines.
    match shop.shutdown(Shutdown::Write) {
        Err(error) if error.kind() != ErrorKind::NotConnected => return Err(error.into()),
        _ => {}
    }
    let _ = listener.join();
    Ok(())
}

fn say_lines(shop: &mut impl Write) -> io::Result<()> {
    let mut lines = stdin().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        match shop.write_all(&line) {
            // The shop closed in between; the listener says so.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::BrokenPipe | ErrorKind::ConnectionReset
                ) =>
            {
                return Ok(());
            }
            other => other?,
        }
    }
}

fn print_answers(shop: &mut impl Read) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let n = match shop.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(n) => n,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let mut out = stdout().lock();
        out.write_all(&buffer[..n])?;
        out.flush()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_this_machine() {
        assert_eq!(address(None), "127.0.0.1:7878");
        assert_eq!(address(Some("7879")), "127.0.0.1:7879");
        assert_eq!(address(Some(":7879")), "127.0.0.1:7879");
        assert_eq!(address(Some("[::1]:7878")), "[::1]:7878");
    }
}
