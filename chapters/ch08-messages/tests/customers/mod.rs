//! Customers, on sockets of the standard library, a door for them, and a shop.

#![allow(dead_code, reason = "each test file has its own use for a customer")]

use ch08_messages::event_loop::EventLoop;
use ch08_messages::shop::Shop;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// After how long a silence is called a failure. No test that passes waits for it.
pub const WATCHDOG: Duration = Duration::from_secs(60);

/// A door on a port that was free. It never blocks.
pub fn door() -> (TcpListener, SocketAddrV4) {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    door.set_nonblocking(true).unwrap();
    let SocketAddr::V4(addr) = door.local_addr().unwrap() else { unreachable!() };
    (door, addr)
}

/// Lets the next customer in, whether or not `accept` waits for one.
pub fn let_in(door: &TcpListener) -> TcpStream {
    loop {
        match door.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            customer => {
                let line = customer.unwrap().0;
                line.set_nonblocking(true).unwrap();
                return line;
            }
        }
    }
}

/// A shop with a clerk in a thread of its own, for ever.
pub fn open(takes: Duration) -> SocketAddrV4 {
    open_with(takes, |_| ())
}

/// The same, when something has been done with its door.
pub fn open_with(
    takes: Duration,
    prepare: impl FnOnce(&ch08_messages::net::TcpListener) + Send + 'static,
) -> SocketAddrV4 {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        EventLoop::new().unwrap().block_on(async {
            let addr = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0);
            let door = ch08_messages::net::TcpListener::bind(addr).unwrap();
            prepare(&door);
            tell.send(door.local_addr().unwrap()).unwrap();
            Rc::new(Shop::new(takes)).serve(&door).await
        })
    });
    told.recv().unwrap()
}

/// A customer at the door, or served.
pub struct Customer {
    line: BufReader<TcpStream>,
}

impl Customer {
    /// Comes to the door.
    pub fn enters(addr: SocketAddrV4) -> Customer {
        let line = TcpStream::connect(addr).expect("the door is open");
        line.set_nodelay(true).unwrap();
        // Miri, which looks for mistakes in unsafe code, has no such timeouts.
        if cfg!(not(miri)) {
            line.set_read_timeout(Some(WATCHDOG)).unwrap();
            line.set_write_timeout(Some(WATCHDOG)).unwrap();
        }
        Customer { line: BufReader::new(line) }
    }

    /// Their socket.
    pub fn line(&self) -> &TcpStream {
        self.line.get_ref()
    }

    /// Says these bytes, ends of lines included.
    pub fn says(&mut self, words: impl AsRef<[u8]>) {
        self.line.get_mut().write_all(words.as_ref()).expect("the shop listens");
    }

    /// Says these bytes in a thread of their own, however long the shop does not listen.
    pub fn keeps_saying(&self, words: String) -> JoinHandle<()> {
        let mut line = self.line.get_ref().try_clone().unwrap();
        thread::spawn(move || line.write_all(words.as_bytes()).expect("the shop listens"))
    }

    /// Waits for the shop's next line, and gives it without its end.
    pub fn hears(&mut self) -> String {
        let mut line = String::new();
        self.line.read_line(&mut line).expect("the shop answers");
        assert!(line.ends_with('\n'), "the shop closed after {line:?}");
        line.trim_end_matches('\n').to_owned()
    }

    /// Says a line, and waits for the answer.
    pub fn asks(&mut self, line: &str) -> String {
        self.says(format!("{line}\n"));
        self.hears()
    }

    /// Waits until the shop closes. Gives what it said before.
    pub fn hears_the_rest(&mut self) -> Vec<String> {
        self.line.by_ref().lines().map(|line| line.expect("the shop closes")).collect()
    }

    /// Looks whether the shop has said something, and does not wait.
    pub fn has_heard_nothing(&mut self) -> bool {
        self.line.get_ref().set_nonblocking(true).unwrap();
        let outcome = self.line.fill_buf().map(<[u8]>::len);
        self.line.get_ref().set_nonblocking(false).unwrap();
        outcome.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    /// Closes one direction, and goes on listening.
    pub fn says_no_more(&mut self) {
        self.line.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    /// Is gone without goodbye: the connection is reset.
    pub fn vanishes(self) {
        let at_once = libc::linger { l_onoff: 1, l_linger: 0 };
        let (fd, size) = (self.line.get_ref().as_raw_fd(), size_of_val(&at_once));
        // SAFETY: the kernel reads `size` bytes at the pointer, and `at_once` outlives the call.
        let outcome = unsafe {
            let (value, size) = ((&raw const at_once).cast(), size as libc::socklen_t);
            libc::setsockopt(fd, libc::SOL_SOCKET, libc::SO_LINGER, value, size)
        };
        assert_eq!(outcome, 0, "{}", std::io::Error::last_os_error());
    }
}
