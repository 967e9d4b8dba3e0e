//! A call to a port where nobody listens. A test program of its own: the port may be given to anybody's
//! door meanwhile, and the call would be taken for theirs.

mod run;

use ch05_event_loop::net::{TcpListener, TcpStream};
use run::{door, run};
use std::iter;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::AsFd;

#[test]
#[cfg_attr(miri, ignore = "it takes thousands of calls to be given that port")]
fn a_call_never_reaches_itself() {
    run(async {
        // Linux gives callers even ports, one after the other, and doors odd ones.
        let below = || SocketAddrV4::new(Ipv4Addr::LOCALHOST, door().1.port() & !1);
        let addr = iter::repeat_with(below)
            .find(|addr| TcpListener::bind(*addr).is_ok())
            .expect("one of them is free");
        for _ in 0..40_000 {
            // Somebody else may have opened a door there, and shut it again.
            if let Ok(line) = TcpStream::connect(addr).await {
                let line = line.as_fd().try_clone_to_owned().unwrap();
                let line = std::net::TcpStream::from(line);
                assert_ne!(line.local_addr().unwrap(), addr.into());
            }
        }
    });
}
