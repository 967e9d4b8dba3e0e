//! The blog's three system calls: read a file, get the time, get random numbers.

use std::ffi::CString;
use std::io;

fn main() -> io::Result<()> {
    let path = CString::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))?;
    let mut start = [0; 9];
    // SAFETY: `path` ends with a zero byte, and the kernel writes at most 9 bytes to `start`.
    let got = unsafe {
        let fd = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        let got = libc::read(fd, start.as_mut_ptr().cast(), start.len());
        libc::close(fd);
        got
    };
    if got < 0 {
        return Err(io::Error::last_os_error());
    }
    println!("the file begins with {:?}", String::from_utf8_lossy(&start));

    // SAFETY: a `timespec` is two integers, for which zero is a value like any other.
    let mut now: libc::timespec = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one `timespec`.
    if unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now) } < 0 {
        return Err(io::Error::last_os_error());
    }
    println!("more than fifty years since 1970: {}", now.tv_sec > 50 * 365 * 24 * 3600);

    let mut numbers = [0_u8; 16];
    // SAFETY: the kernel writes exactly the 16 bytes of `numbers`.
    if unsafe { libc::getentropy(numbers.as_mut_ptr().cast(), numbers.len()) } < 0 {
        return Err(io::Error::last_os_error());
    }
    println!("sixteen random bytes, all of them zero: {}", numbers == [0; 16]);
    Ok(())
}
