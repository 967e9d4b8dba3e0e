//! System calls, checked: what C reports as -1 becomes an [`io::Error`].

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};
use std::ptr;

#[cfg_attr(any(target_os = "linux", target_os = "android"), path = "sys/epoll.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), path = "sys/kqueue.rs")]
mod queue;

pub(crate) use queue::Queue;

/// Makes a system call, again if a signal interrupted it, and checks what it returned.
pub(crate) fn check(mut call: impl FnMut() -> isize) -> io::Result<usize> {
    loop {
        if let Ok(value) = usize::try_from(call()) {
            return Ok(value);
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

/// The same for a call that makes a new descriptor, which is ours to close from now on.
pub(crate) fn check_fd(mut call: impl FnMut() -> RawFd) -> io::Result<OwnedFd> {
    let fd = check(|| call() as isize)?;
    // SAFETY: the kernel has only now handed out this number, and this is the only place it went.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as RawFd) })
}

/// What every new socket is told: never block, and do not pass to a child process.
#[cfg(not(target_vendor = "apple"))]
const SOCKET_FLAGS: libc::c_int = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;

/// Makes a TCP socket.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn socket() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_STREAM | SOCKET_FLAGS;
    // SAFETY: `socket` takes three numbers and touches no memory of ours.
    check_fd(|| unsafe { libc::socket(libc::AF_INET, kind, 0) })
}

/// Takes the next connection from the queue of `listener`. If there is none: `WouldBlock`.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn accept(listener: RawFd) -> io::Result<OwnedFd> {
    let (peer, size) = (ptr::null_mut(), ptr::null_mut());
    // SAFETY: null means that we do not ask for the peer's address, so nothing is written.
    check_fd(|| unsafe { libc::accept4(listener, peer, size, SOCKET_FLAGS) })
}

/// What `send` is told besides: a peer that has gone is an error, not a deadly SIGPIPE.
#[cfg(not(target_vendor = "apple"))]
pub(crate) const SEND_FLAGS: libc::c_int = libc::MSG_NOSIGNAL;

#[cfg(target_vendor = "apple")]
pub(crate) use apple::{SEND_FLAGS, accept, socket};

/// macOS takes no flags when it makes a descriptor; they are set right after.
#[cfg(target_vendor = "apple")]
mod apple {
    use super::{check, check_fd};
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};

    pub(crate) const SEND_FLAGS: libc::c_int = 0;

    pub(crate) fn socket() -> io::Result<OwnedFd> {
        // SAFETY: as for the flagged call: numbers only.
        let fd =
            check_fd(|| unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM, 0) })?;
        set_flags(&fd)?;
        Ok(fd)
    }

    pub(crate) fn accept(listener: RawFd) -> io::Result<OwnedFd> {
        let (peer, size) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: as for `accept4`: null pointers, so nothing is written.
        let fd = check_fd(|| unsafe { libc::accept(listener, peer, size) })?;
        set_flags(&fd)?;
        Ok(fd)
    }

    fn set_flags(fd: &OwnedFd) -> io::Result<()> {
        let raw = fd.as_raw_fd();
        // SAFETY: sets a flag of a descriptor that we own; touches no memory.
        check(|| unsafe { libc::fcntl(raw, libc::F_SETFD, libc::FD_CLOEXEC) } as isize)?;
        // SAFETY: as above.
        check(|| unsafe { libc::fcntl(raw, libc::F_SETFL, libc::O_NONBLOCK) } as isize)?;
        super::set_option(raw, libc::SO_NOSIGPIPE)
    }
}

/// Switches a socket's on/off option on.
pub(crate) fn set_option(socket: RawFd, option: libc::c_int) -> io::Result<()> {
    let on: libc::c_int = 1;
    let size = size_of_val(&on) as libc::socklen_t;
    // SAFETY: the kernel reads `size` bytes at the pointer, and `on` lives until the call returns.
    check(|| unsafe {
        libc::setsockopt(socket, libc::SOL_SOCKET, option, (&raw const on).cast(), size)
    } as isize)?;
    Ok(())
}

/// Calls an address; the answer comes later, when the socket is writable.
pub(crate) fn connect(socket: RawFd, name: &libc::sockaddr_in) -> io::Result<()> {
    let size = size_of_val(name) as libc::socklen_t;
    // SAFETY: `name` is a valid `sockaddr_in` of `size` bytes and outlives the call.
    if unsafe { libc::connect(socket, ptr::from_ref(name).cast(), size) } == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        // An interrupted call goes on, too; to make it again would be an error.
        Some(libc::EINPROGRESS | libc::EINTR) => Ok(()),
        _ => Err(error),
    }
}

/// What has gone wrong with a socket since it was last asked.
pub(crate) fn take_error(socket: RawFd) -> io::Result<Option<io::Error>> {
    let mut code: libc::c_int = 0;
    let mut size = size_of_val(&code) as libc::socklen_t;
    let (code_at, size_at) = ((&raw mut code).cast(), &raw mut size);
    // SAFETY: the kernel writes at most `size` bytes, which is all that `code` has.
    check(|| unsafe {
        libc::getsockopt(socket, libc::SOL_SOCKET, libc::SO_ERROR, code_at, size_at)
    } as isize)?;
    Ok((code != 0).then(|| io::Error::from_raw_os_error(code)))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use libc::__errno_location as errno;

#[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
pub(crate) use libc::__error as errno;

#[cfg(any(target_os = "netbsd", target_os = "openbsd"))]
pub(crate) use libc::__errno as errno;

/// Says that nothing more will be written.
pub(crate) fn shutdown_write(socket: RawFd) -> io::Result<()> {
    // SAFETY: `shutdown` takes two numbers and touches no memory of ours.
    check(|| unsafe { libc::shutdown(socket, libc::SHUT_WR) } as isize)?;
    Ok(())
}
