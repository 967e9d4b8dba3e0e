//! Leaves this process no descriptors for a while, so no other test may run beside it.

mod limit;
mod run;

use ch08_messages::net::TcpStream;
use ch08_messages::timer::sleep;
use run::{door, run};
use std::fs::File;
use std::time::Duration;

/// How many descriptors are left for others.
const ROOM: usize = 3;

#[test]
fn accept_without_a_descriptor_is_an_error_and_the_customer_is_let_in_when_there_is_one()
{
    run(async {
        let (door, addr) = door();
        let customers: Vec<_> =
            (0..3).map(|_| std::net::TcpStream::connect(addr).unwrap()).collect();
        limit::leave_room_for(ROOM);
        let taken: Vec<_> = (0..ROOM).map(|_| File::open("/dev/null").unwrap()).collect();
        for _ in 0..3 {
            let error = door.accept().await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        }
        let error = TcpStream::connect(addr).await.unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
        // The loop has all it needs meanwhile.
        sleep(Duration::from_millis(1)).await;
        drop(taken);
        for customer in customers {
            let line = door.accept().await.unwrap();
            let theirs = std::net::SocketAddr::V4(line.peer_addr().unwrap());
            assert_eq!(theirs, customer.local_addr().unwrap());
        }
    });
}
