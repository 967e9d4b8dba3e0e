//! TCP sockets. A call that has nothing to give yet is made again when the reactor has news.
//!
//! They belong to the loop that runs on the thread where they are made, and need it running.

use crate::event_loop::Core;
use crate::reactor::{Direction, Source};
use crate::sys::{self, check};
use futures::io::{AsyncRead, AsyncWrite};
use std::io;
use std::mem;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use tracing::trace;

/// How many customers may queue at the door. The kernel may allow fewer; the rest try again.
const BACKLOG: libc::c_int = 1024;

/// A socket's descriptor. Dropping it closes the socket.
#[derive(Debug)]
pub(crate) struct Socket(OwnedFd);

impl Socket {
    pub(crate) fn fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Has the reactor of this thread's loop watch it.
    fn watched(self) -> io::Result<Source> {
        Rc::clone(&Core::current().reactor).watch(self)
    }
}

impl From<OwnedFd> for Socket {
    fn from(fd: OwnedFd) -> Socket {
        Socket(fd)
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
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
    source: Source,
}

impl TcpListener {
    /// Opens a socket, gives it the address, and lets customers queue. Port 0 picks a free port.
    ///
    /// # Errors
    /// What the kernel says: the address is in use, is not this machine's, may not be used.
    ///
    /// # Panics
    /// No loop runs on this thread.
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
        Ok(TcpListener { source: socket.watched()? })
    }

    /// The address that the socket got, with the port that the kernel picked.
    ///
    /// # Errors
    /// What the kernel says; none is expected of a socket that is open.
    pub fn local_addr(&self) -> io::Result<SocketAddrV4> {
        name_of(self.source.socket.fd(), libc::getsockname)
    }

    /// Lets the next customer in, as soon as there is one. Cancel-safe.
    ///
    /// # Errors
    /// What the kernel says: too many open descriptors, which stays so until some are closed, so
    /// wait a while before you try again; or the customer left while still in the queue.
    pub async fn accept(&self) -> io::Result<TcpStream> {
        let fd = self.source.socket.fd();
        let next = || {
            sys::accept(fd).inspect_err(|error| {
                trace!(target: "shop", fd, error = ?error.kind(), "accept");
            })
        };
        let socket = Socket(self.source.until_ready(Direction::Read, next).await?);
        trace!(target: "shop", fd = socket.fd(), "accept");
        Ok(TcpStream { source: socket.watched()? })
    }
}

/// A connection: `std::net::TcpStream`, made by hand, for the traits of `futures::io`.
///
/// A shared reference reads and writes, too, so that one future can read and another write. Of two
/// that read through such references at once, only the last to ask is woken.
#[derive(Debug)]
pub struct TcpStream {
    source: Source,
}

impl TcpStream {
    /// Calls a shop. Dropped before it is ready, it hangs up.
    ///
    /// # Errors
    /// What the kernel says: nobody listens there, nobody answers.
    ///
    /// # Panics
    /// No loop runs on this thread.
    pub async fn connect(addr: SocketAddrV4) -> io::Result<TcpStream> {
        let source = Socket(sys::socket()?).watched()?;
        let fd = source.socket.fd();
        sys::connect(fd, &to_c(addr))?;
        let answered = || match name_of(fd, libc::getpeername) {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                // Either it has failed, and the socket knows why, or it is not over yet.
                Err(sys::take_error(fd)?.unwrap_or(io::ErrorKind::WouldBlock.into()))
            }
            outcome => outcome,
        };
        let peer = source.until_ready(Direction::Write, answered).await?;
        if peer == name_of(fd, libc::getsockname)? {
            // Nobody listens there, and the kernel gave us that very port to call from.
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        trace!(target: "shop", fd, "connect");
        Ok(TcpStream { source })
    }

    /// The address at the other end.
    ///
    /// # Errors
    /// What the kernel says: the other end has gone.
    pub fn peer_addr(&self) -> io::Result<SocketAddrV4> {
        name_of(self.source.socket.fd(), libc::getpeername)
    }
}

impl AsFd for TcpListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.socket.as_fd()
    }
}

impl AsFd for TcpStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.source.socket.as_fd()
    }
}

impl AsyncRead for &TcpStream {
    /// Takes what has been said. 0 bytes mean that it was the last.
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let (fd, start, len) =
            (self.source.socket.fd(), buffer.as_mut_ptr().cast(), buffer.len());
        self.source.poll_ready(Direction::Read, context, || {
            // SAFETY: the kernel writes at most `len` bytes, which is all that `buffer` has.
            let got = check(|| unsafe { libc::read(fd, start, len) });
            let bytes = got.inspect_err(|error| {
                trace!(target: "shop", fd, error = ?error.kind(), "read");
            })?;
            trace!(target: "shop", fd, bytes, "read");
            Ok(bytes)
        })
    }
}

impl AsyncWrite for &TcpStream {
    /// Hands bytes to the kernel. It may take fewer than offered.
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let (fd, start, len) =
            (self.source.socket.fd(), bytes.as_ptr().cast(), bytes.len());
        self.source.poll_ready(Direction::Write, context, || {
            // SAFETY: the kernel reads at most `len` bytes, which is all that `bytes` has.
            let sent = check(|| unsafe { libc::send(fd, start, len, sys::SEND_FLAGS) });
            let bytes = sent.inspect_err(|error| {
                trace!(target: "shop", fd, error = ?error.kind(), "write");
            })?;
            trace!(target: "shop", fd, bytes, "write");
            Ok(bytes)
        })
    }

    /// Does nothing: what the kernel has taken is on its way.
    fn poll_flush(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Says that this was the last; one can still read.
    fn poll_close(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(sys::shutdown_write(self.source.socket.fd()))
    }
}

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_read(context, buffer)
    }
}

impl AsyncWrite for TcpStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut &*self).poll_write(context, bytes)
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_flush(context)
    }

    fn poll_close(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut &*self).poll_close(context)
    }
}

/// Which of its two names to ask a socket for: `getsockname` or `getpeername`.
type WhichName = unsafe extern "C" fn(
    libc::c_int,
    *mut libc::sockaddr,
    *mut libc::socklen_t,
) -> libc::c_int;

/// A socket's own address, or that of its peer.
fn name_of(fd: RawFd, which: WhichName) -> io::Result<SocketAddrV4> {
    let mut name = to_c(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));
    let mut size = size_of_val(&name) as libc::socklen_t;
    let (name_at, size_at) = ((&raw mut name).cast(), &raw mut size);
    // SAFETY: the kernel writes at most `size` bytes, which is all that `name` has.
    check(|| unsafe { which(fd, name_at, size_at) } as isize)?;
    Ok(from_c(name))
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
