//! Three calls that would have to wait, and what they say when they may not.

use ch02_readiness::net::{TcpListener, TcpStream};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};

fn main() -> io::Result<()> {
    let door = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0))?;
    println!("accept, nobody at the door:  {}", outcome(&door.accept()));

    let mut phone = std::net::TcpStream::connect(door.local_addr()?)?;
    let met = door.accept();
    println!("accept, somebody there:      {}", outcome(&met));
    let mut customer = &met?;

    let mut said = [0; 512];
    println!("read, nothing said yet:      {}", outcome(&customer.read(&mut said)));
    phone.write_all(b"DROP silk shirt\n")?;
    println!("read, something said:        {}", outcome(&read_soon(customer, &mut said)));

    println!("write, there is room:        {}", outcome(&customer.write(b"TICKET 1\n")));
    let mut full = Ok(0);
    while full.is_ok() {
        full = customer.write(&[b'.'; 65_536]);
    }
    println!("write, they do not listen:   {}", outcome(&full));
    Ok(())
}

/// What a call said, without how much: that differs from machine to machine.
fn outcome<T>(result: &io::Result<T>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Asks until there is an answer, which burns a core. The poller will cure that.
fn read_soon(mut customer: &TcpStream, said: &mut [u8]) -> io::Result<usize> {
    loop {
        match customer.read(said) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            outcome => return outcome,
        }
    }
}
