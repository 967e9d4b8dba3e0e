//! A customer who never stops talking.

mod customers;

use ch02_readiness::shop::Shop;
use customers::{Customer, door};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

#[test]
fn a_customer_who_never_stops_talking_does_not_keep_others_waiting() {
    let (door, addr) = door();
    let mut shop = Shop::open(door, Duration::ZERO).unwrap();
    thread::spawn(move || {
        loop {
            shop.turn().unwrap();
        }
    });

    let flood = TcpStream::connect(addr).unwrap();
    let [mut talks, mut listens] = [(); 2].map(|()| flood.try_clone().unwrap());
    thread::spawn(move || while talks.write_all(&[b'\n'; 65_536]).is_ok() {});
    listens.read_exact(&mut [0]).unwrap();
    thread::spawn(move || io::copy(&mut listens, &mut io::sink()));

    let mut ann = Customer::enters(addr);
    for ticket in 1..=100 {
        assert_eq!(ann.asks("DROP sock"), format!("TICKET {ticket}"));
    }
    flood.shutdown(Shutdown::Both).unwrap();
}
