//! How many descriptors this process, and the shops it starts, may have.

use std::io;

use crate::Error;

/// Descriptors that are not customers: pipes, the poller, the standard three, and a margin.
const OTHERS: u64 = 64;

/// Raises this process's soft limit on descriptors so that it can be `customers` at once. The
/// shops inherit the limit, and so can have as many.
pub(crate) fn allow_customers(customers: usize) -> Result<(), Error> {
    let needed = customers as u64 + OTHERS;
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid, writable `rlimit` for the length of the call.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 {
        let why = io::Error::last_os_error();
        return Err(Error::Customers("ask for the limit on descriptors", why));
    }
    if limit.rlim_cur >= needed {
        return Ok(());
    }
    let too_many = |most: String| {
        Err(Error::Limit(format!(
            "{customers} customers need {needed} descriptors and this machine allows {most}: \
             send fewer customers, or raise the hard limit (`ulimit -Hn` shows it)"
        )))
    };
    if limit.rlim_max < needed {
        return too_many(limit.rlim_max.to_string());
    }
    limit.rlim_cur = needed;
    // SAFETY: `limit` is a valid `rlimit` for the length of the call.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } != 0 {
        // macOS has a second, system-wide bound that the hard limit does not show.
        return too_many(format!("fewer ({})", io::Error::last_os_error()));
    }
    Ok(())
}
