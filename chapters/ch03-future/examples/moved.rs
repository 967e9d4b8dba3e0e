//! Two orders that know where their own tickets are, and change places.

use std::marker::PhantomPinned;
use std::mem::swap;
use std::ptr;

/// An order with a pointer into itself.
struct Order {
    ticket: u32,
    pointer: *const u32,
    _pinned: PhantomPinned,
}

impl Order {
    fn new(ticket: u32) -> Order {
        Order { ticket, pointer: ptr::null(), _pinned: PhantomPinned }
    }

    fn point_at_own_ticket(&mut self) {
        self.pointer = &raw const self.ticket;
    }

    fn target(&self) -> &'static str {
        // We compare where it points, and do not go there.
        if ptr::eq(self.pointer, &self.ticket) { "itself" } else { "something else" }
    }
}

fn main() {
    let (mut ann, mut ben) = (Order::new(1), Order::new(2));
    ann.point_at_own_ticket();
    ben.point_at_own_ticket();
    println!("two orders:         order {} points at {}", ann.ticket, ann.target());
    swap(&mut ann, &mut ben);
    println!("moved:              order {} points at {}", ben.ticket, ben.target());

    let (mut ann, mut ben) = (Box::new(Order::new(1)), Box::new(Order::new(2)));
    ann.point_at_own_ticket();
    ben.point_at_own_ticket();
    let (mut ann, mut ben) = (Box::into_pin(ann), Box::into_pin(ben));
    println!("two orders, pinned: order {} points at {}", ann.ticket, ann.target());
    swap(&mut ann, &mut ben);
    println!("their boxes moved:  order {} points at {}", ben.ticket, ben.target());
}
