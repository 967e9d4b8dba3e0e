//! What it costs to be woken after a second.

use ch04_waker::executor::block_on;
use ch04_waker::timer::sleep;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    let (start, used_before) = (Instant::now(), processor_time()?);
    let mut polls: u64 = 0;
    let mut nap = pin!(sleep(Duration::from_secs(1)));
    block_on(poll_fn(|context| {
        polls += 1;
        nap.as_mut().poll(context)
    }));
    let (passed, used) = (start.elapsed(), processor_time()? - used_before);
    println!("asked            {polls:>10} times");
    println!("time passed      {:>10.2} s", passed.as_secs_f64());
    println!("processor used   {:>10.2} s", used.as_secs_f64());
    Ok(())
}

/// How long this process has kept a processor busy.
fn processor_time() -> io::Result<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the kernel writes one `timespec`, and `time` is one.
    if unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}
