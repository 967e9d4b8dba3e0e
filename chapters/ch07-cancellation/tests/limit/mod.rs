//! The limit on the descriptors that this process may have open.

#![allow(dead_code, reason = "each test file moves the limit in one direction")]

use std::io;

/// Raises the limit, if it is lower and this user may.
pub fn raise_to(descriptors: u64) {
    change(|limit| limit.rlim_cur.max(descriptors).min(limit.rlim_max));
}

/// Lowers the limit until there is room for so many more descriptors.
pub fn leave_room_for(more: usize) {
    // SAFETY: asks for a flag of a descriptor, open or not; touches no memory.
    let is_open = |fd: &i32| unsafe { libc::fcntl(*fd, libc::F_GETFD) } >= 0;
    let first_too_many = (0..).filter(|fd| !is_open(fd)).nth(more);
    change(|_| first_too_many.unwrap_or_default() as u64);
}

/// What it is.
pub fn current() -> u64 {
    let mut is = 0;
    change(|limit| {
        is = limit.rlim_cur;
        is
    });
    is
}

fn change(new: impl FnOnce(&libc::rlimit) -> u64) {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel writes one `rlimit`.
    let got = unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
    limit.rlim_cur = new(&limit);
    // SAFETY: the kernel reads one `rlimit`.
    let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
    assert_eq!((got, set), (0, 0), "{}", io::Error::last_os_error());
}
