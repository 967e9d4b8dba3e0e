//! What the shop is told when it opens.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

/// How to use the program, in a few lines.
pub const USAGE: &str = "\
usage: [--addr 127.0.0.1:7878] [--clean-ms 50] [--grace-ms 2000]
       [--machines N] [--rack N] [--street]
  --addr IP:PORT   where to open; port 0 picks a free one
  --clean-ms N     how long a garment takes to clean, in milliseconds
  --grace-ms N     how long to go on with those inside after ctrl-c, in milliseconds
  --machines N     how many garments can be cleaned at once; without it, any number
  --rack N         how many garments there is room for; without it, any number
  --street         allow an address that other machines can reach";

/// The options, with their defaults.
#[derive(Debug)]
pub struct Options {
    /// Where to open.
    pub addr: SocketAddrV4,
    /// How long a garment takes.
    pub clean: Duration,
    /// How long those who are inside may take when the shop closes.
    pub grace: Duration,
    /// How many garments can be cleaned at once.
    pub machines: usize,
    /// How many garments there is room for.
    pub rack: usize,
}

impl Options {
    /// Reads the program's arguments.
    ///
    /// # Errors
    /// A sentence about the first argument that is not right.
    pub fn parse(args: impl IntoIterator<Item = String>) -> Result<Options, String> {
        let addr = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 7878);
        let clean = Duration::from_millis(50);
        let grace = Duration::from_millis(2000);
        let (machines, rack) = (usize::MAX, usize::MAX);
        let mut options = Options { addr, clean, grace, machines, rack };
        let mut street = false;
        let mut args = args.into_iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--addr" => options.addr = number(&arg, &value()?)?,
                "--clean-ms" => options.clean = milliseconds(&arg, &value()?)?,
                "--grace-ms" => options.grace = milliseconds(&arg, &value()?)?,
                "--machines" => options.machines = some(&arg, &value()?)?,
                "--rack" => options.rack = some(&arg, &value()?)?,
                "--street" => street = true,
                _ => return Err(format!("there is no option {arg}")),
            }
        }
        if !street && !options.addr.ip().is_loopback() {
            return Err(format!(
                "{} can be reached from outside; add --street",
                options.addr
            ));
        }
        Ok(options)
    }
}

/// A duration; 32 bits of milliseconds are seven weeks, and no sum with a clock overflows.
fn milliseconds(option: &str, value: &str) -> Result<Duration, String> {
    Ok(Duration::from_millis(number::<u32>(option, value)?.into()))
}

/// A number of things of which the shop needs one at least.
fn some(option: &str, value: &str) -> Result<usize, String> {
    match number(option, value)? {
        0 => Err(format!("{option} needs one at least")),
        number => Ok(number),
    }
}

/// The value of an option, as the type it needs.
fn number<T: std::str::FromStr>(option: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{option} does not understand {value}"))
}
