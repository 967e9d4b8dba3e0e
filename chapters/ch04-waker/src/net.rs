//! TCP sockets: each method is one system call, or a few, on a descriptor that we own.
//!
//! No call waits: one that has nothing to give yet fails with [`io::ErrorKind::WouldBlock`].

use crate::sys::{self, check};
use std::io::{self, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use tracing::trace;

/// How many customers may queue at the door. The kernel may allow fewer; the rest try again.
const BACKLOG: libc::c_int = 1024;

/// A socket's descriptor. Dropping it closes the socket.
#[derive(Debug)]
struct Socket(OwnedFd);

impl Socket {
    fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        trace!(target: "shop", fd = self.fd(), "close");
    }
}

/// A socket that waits for customers: `std::net::TcpListener`, made by hand, for IPv4.
#[derive(Debug)]
pub struct TcpListener {
    socket: Socket,
}

impl TcpListener {
    /// Opens a socket, gives it the address, and lets customers queue. Port 0 picks a free port.
    ///
    /// # Errors
    /// What the kernel says: the address is in use, is not this machine's, may not be used.
    pub fn bind(addr: SocketAddrV4) -> io::Result<TcpListener> {
        let socket = Socket(sys::socket()?);
        sys::set_option(socket.fd(), libc::SO_REUSEADDR)?;
        let name = to_c(addr);
        let size = size_of_val(&name) as libc::socklen_t;
        // SAFETY: `name` is a valid `sockaddr_in` of `size` bytes and outlives the call.
        check(|| unsafe { libc::bind(socket.fd(), (&raw const name).cast(), size) }
            as isize)?;
        // SAFETY: `listen` takes two numbers and touches no memory of ours.
        check(|| unsafe { libc::listen(socket.fd(), BACKLOG) } as isize)?;
        trace!(target: "shop", fd = socket.fd(), "listen");
        Ok(TcpListener { socket })
    }

    /// The address that the socket got, with the port that the kernel picked.
    ///
    /// # Errors
    /// What the kernel says; none is expected of a socket that is open.
    pub fn local_addr(&self) -> io::Result<SocketAddrV4> {
        let mut name = to_c(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
        let mut size = size_of_val(&name) as libc::socklen_t;
        let (fd, name_at, size_at) =
            (self.socket.fd(), (&raw mut name).cast(), &raw mut size);
        // SAFETY: the kernel writes at most `size` bytes, which is all that `name` has.
        check(|| unsafe { libc::getsockname(fd, name_at, size_at) } as isize)?;
        Ok(from_c(name))
    }

    /// Lets the next customer in. (`std` tells the peer's address as well.)
    ///
    /// # Errors
    /// `WouldBlock` if nobody is at the door. Else what the kernel says: too many open
    /// descriptors; the customer left while still in the queue.
    pub fn accept(&self) -> io::Result<TcpStream> {
        let fd = self.socket.fd();
        let customer = sys::accept(fd).inspect_err(|error| {
            trace!(target: "shop", fd, error = ?error.kind(), "accept");
        })?;
        let socket = Socket(customer);
        trace!(target: "shop", fd = socket.fd(), "accept");
        Ok(TcpStream { socket })
    }
}

/// A connection to one customer: `std::net::TcpStream`, made by hand.
#[derive(Debug)]
pub struct TcpStream {
    socket: Socket,
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.0.as_fd()
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.0.as_fd()
    }
}

impl Read for &TcpStream {
    /// Takes what the customer has said. 0 bytes mean that they have said their last.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (fd, start, len) =
            (self.socket.fd(), buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: the kernel writes at most `len` bytes, which is all that `buffer` has.
        let got = check(|| unsafe { libc::read(fd, start, len) });
        let bytes = got.inspect_err(|error| {
            trace!(target: "shop", fd, error = ?error.kind(), "read");
        })?;
        trace!(target: "shop", fd, bytes, "read");
        Ok(bytes)
    }
}

impl Write for &TcpStream {
    /// Hands bytes to the kernel. It may take fewer than offered.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (fd, start, len) = (self.socket.fd(), bytes.as_ptr().cast(), bytes.len());
        // SAFETY: the kernel reads at most `len` bytes, which is all that `bytes` has.
        let sent = check(|| unsafe { libc::send(fd, start, len, sys::SEND_FLAGS) });
        let bytes = sent.inspect_err(|error| {
            trace!(target: "shop", fd, error = ?error.kind(), "write");
        })?;
        trace!(target: "shop", fd, bytes, "write");
        Ok(bytes)
    }

    /// Does nothing: what the kernel has taken is on its way.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An address as C wants it, in network order: the most significant byte comes first.
fn to_c(addr: SocketAddrV4) -> libc::sockaddr_in {
    // SAFETY: the struct holds only integers, for which zero is a value like any other.
    let mut name: libc::sockaddr_in = unsafe { mem::zeroed() };
    name.sin_family = libc::AF_INET as libc::sa_family_t;
    name.sin_port = addr.port().to_be();
    name.sin_addr.s_addr = u32::from_ne_bytes(addr.ip().octets());
    name
}

/// And back.
fn from_c(name: libc::sockaddr_in) -> SocketAddrV4 {
    let ip = Ipv4Addr::from(name.sin_addr.s_addr.to_ne_bytes());
    SocketAddrV4::new(ip, u16::from_be(name.sin_port))
}
