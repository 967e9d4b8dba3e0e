//! What the sockets promise.

mod customers;

use ch03_future::net::{TcpListener, TcpStream};
use customers::{Customer, door, let_in};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::thread;

/// Tries again and again until there is an outcome.
fn insist<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            outcome => return outcome,
        }
    }
}

fn read(mut line: &TcpStream, room: &mut [u8]) -> io::Result<usize> {
    insist(|| line.read(room))
}

#[test]
fn a_door_on_port_zero_tells_which_port_it_got() {
    let ((_one, one_addr), (_other, other_addr)) = (door(), door());
    assert_ne!(one_addr.port(), 0);
    assert_ne!(one_addr, other_addr);
    Customer::enters(one_addr);
}

#[test]
fn an_address_in_use_is_an_error_that_says_so() {
    let (_door, addr) = door();
    let error = TcpListener::bind(addr).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.to_string().contains("in use"), "{error}");
}

#[test]
fn a_shop_that_closed_on_its_customers_can_open_again_at_once() {
    let (door, addr) = door();
    let mut ann = Customer::enters(addr);
    drop(let_in(&door));
    assert!(ann.hears_the_rest().is_empty());
    drop((ann, door));
    TcpListener::bind(addr).unwrap();
}

#[test]
fn customers_come_in_in_the_order_in_which_they_came_to_the_door() {
    let (door, addr) = door();
    let mut customers = [(); 3].map(|()| Customer::enters(addr));
    for (n, customer) in customers.iter_mut().enumerate() {
        let mut line = &let_in(&door);
        writeln!(line, "{n}").unwrap();
        assert_eq!(customer.hears(), n.to_string());
    }
}

#[test]
fn no_call_waits_for_a_customer() {
    let (door, addr) = door();
    assert_eq!(door.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    let _ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    assert_eq!(door.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(line.read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    let full = loop {
        if let Err(error) = line.write(&[b'.'; 65_536]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::WouldBlock);
}

#[test]
fn no_socket_blocks_or_goes_to_a_child_process() {
    let (door, addr) = door();
    let _ann = Customer::enters(addr);
    let line = let_in(&door);
    for socket in [door.as_fd(), line.as_fd()] {
        let fd = socket.as_raw_fd();
        // SAFETY: asks for the flags of a descriptor; touches no memory.
        let (of_socket, of_fd) =
            unsafe { (libc::fcntl(fd, libc::F_GETFL), libc::fcntl(fd, libc::F_GETFD)) };
        assert_eq!(of_socket & libc::O_NONBLOCK, libc::O_NONBLOCK);
        assert_eq!(of_fd & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    }
}

#[test]
fn every_byte_crosses_as_it_is() {
    let (door, addr) = door();
    let mut ann = Customer::enters(addr);
    let line = &let_in(&door);
    let said: Vec<u8> = (0..=255).collect();
    ann.says(&said);
    ann.says_no_more();
    let (mut heard, mut room) = (Vec::new(), [0; 100]);
    loop {
        match read(line, &mut room).unwrap() {
            0 => break,
            n => heard.extend_from_slice(&room[..n]),
        }
    }
    assert_eq!(heard, said);
}

#[test]
fn a_customer_who_has_said_their_last_reads_as_no_bytes_and_can_still_be_told() {
    let (door, addr) = door();
    let mut ann = Customer::enters(addr);
    let mut line = &let_in(&door);
    ann.says_no_more();
    assert_eq!(read(line, &mut [0; 8]).unwrap(), 0);
    assert_eq!(read(line, &mut [0; 8]).unwrap(), 0);
    line.write_all(b"BYE\n").unwrap();
    assert_eq!(ann.hears(), "BYE");
}

#[test]
fn a_customer_who_vanished_is_an_error() {
    let (door, addr) = door();
    let ann = Customer::enters(addr);
    let line = &let_in(&door);
    ann.vanishes();
    let error = read(line, &mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}
