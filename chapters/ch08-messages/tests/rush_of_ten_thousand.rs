//! Ten thousand customers who wait outside a shop with room for one garment, and one thread. In a
//! process of its own: it counts memory, so no other test may run beside it.

mod limit;
mod run;

use ch08_messages::event_loop::EventLoop;
use ch08_messages::net::TcpListener;
use ch08_messages::shop::Shop;
use ch08_messages::task::spawn;
use futures::{AsyncReadExt, AsyncWriteExt};
use run::{door, in_time};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const MANY: usize = 10_000;

/// Where the customers find the shop, and where they tell that all of them wait.
const SHOP: &str = "TEN_THOUSAND_WAIT_OUTSIDE_OF";
const OFFICE: &str = "TEN_THOUSAND_TELL";

/// Far more than it should be. One who waits has a task, a socket, a place in line, and a buffer.
const BYTES_EACH: usize = 8 * 1024;

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counts;

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller keeps the promises that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: the memory came from `System`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counts = Counts;

/// Says it in one packet, which `write!` would not.
fn says(line: &mut BufReader<TcpStream>, words: &str) {
    line.get_mut().write_all(words.as_bytes()).unwrap();
}

fn hears(line: &mut BufReader<TcpStream>) -> String {
    let mut said = String::new();
    line.read_line(&mut said).unwrap();
    said.trim_end().to_owned()
}

/// The other process: they come in one after the other, and each begins to wait before the next
/// comes. When they are told to, the first picks up what hangs in their way, and so on.
#[test]
#[ignore = "it is the other half of the test below"]
fn the_customers() {
    let addr = |name| std::env::var(name).ok()?.parse::<SocketAddrV4>().ok();
    let (Some(shop), Some(office)) = (addr(SHOP), addr(OFFICE)) else { return };
    limit::raise_to(MANY as u64 + 100);
    let mut line: Vec<_> = (0..MANY)
        .map(|n| {
            let mut one = BufReader::new(TcpStream::connect(shop).unwrap());
            // Answered when the next line has been begun with, for it is one packet.
            says(&mut one, &format!("STATUS 0\nDROP garment {n}\n"));
            assert_eq!(hears(&mut one), "ERROR there is no ticket 0");
            one
        })
        .collect();
    let mut all_wait = TcpStream::connect(office).unwrap();
    all_wait.read_exact(&mut [0]).unwrap();
    for (n, one) in line.iter_mut().enumerate() {
        // Ticket 1 hangs there from the beginning, so everybody's is one more.
        assert_eq!(hears(one), format!("TICKET {}", n + 2), "somebody has barged in");
        says(one, &format!("PICKUP {}\n", n + 2));
        assert_eq!(hears(one), format!("READY {} garment {n}", n + 2));
    }
}

fn customers_of(shop: SocketAddrV4, office: SocketAddrV4) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_customers", "--include-ignored", "--nocapture"])
        .env(SHOP, shop.to_string())
        .env(OFFICE, office.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until somebody says that all wait, and gives their line.
async fn all_wait(office: &TcpListener) -> ch08_messages::net::TcpStream {
    in_time(office.accept()).await.unwrap()
}

#[test]
#[cfg_attr(miri, ignore = "Miri starts no other process")]
fn ten_thousand_wait_outside_and_are_served_in_the_order_in_which_they_came() {
    limit::raise_to(MANY as u64 + 100);
    if limit::current() < MANY as u64 + 100 {
        println!("not checked: the limit of descriptors is {}", limit::current());
        return;
    }
    EventLoop::new().unwrap().block_on(async {
        let ((street, addr), (office, office_addr)) = (door(), door());
        let shop = Rc::new(Shop::with(Duration::ZERO, usize::MAX, 1));
        let serves = Rc::clone(&shop);
        let serving = spawn(async move { serves.serve(&street).await }).abort_on_drop();
        let mut ann = ch08_messages::net::TcpStream::connect(addr).await.unwrap();
        ann.write_all(b"DROP silk shirt\n").await.unwrap();
        ann.read_exact(&mut [0; b"TICKET 1\n".len()]).await.unwrap();
        let before = LIVE.load(Ordering::SeqCst);

        let mut customers = customers_of(addr, office_addr);
        let mut told = all_wait(&office).await;
        assert_eq!(shop.customers(), MANY + 1);
        let each = (LIVE.load(Ordering::SeqCst) - before) / MANY;
        println!("{each} bytes for each who waits");
        assert!(each < BYTES_EACH, "{each} bytes for each who waits");

        // Ann's garment goes, and one after another has the place.
        ann.write_all(b"PICKUP 1\nBYE\n").await.unwrap();
        told.write_all(b"!").await.unwrap();
        // They hang up all together, when the last has been served.
        in_time(told.read_to_end(&mut Vec::new())).await.unwrap();
        assert!(customers.wait().unwrap().success());
        // Asked to, whoever has not left by then is gone at once.
        drop(serving);
        assert_eq!(shop.close(run::WATCHDOG).await, Ok(()));
        assert_eq!(shop.customers(), 0);
        let left = LIVE.load(Ordering::SeqCst).saturating_sub(before);
        // What a line of ten thousand has needed is kept for the next one, and nothing of theirs.
        assert!(left / MANY < BYTES_EACH / 16, "{left} bytes are left");
    });
}
