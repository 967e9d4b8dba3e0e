//! What a task costs, in allocations: one.

use ch08_messages::event_loop::EventLoop;
use ch08_messages::task::spawn;
use ch08_messages::yield_now::yield_now;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::ready;

thread_local! {
    /// How often this thread has asked for memory.
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

struct Counts;

// SAFETY: everything is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counts {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps the promises that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory came from `System`, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the memory came from `System`, with this layout.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counts = Counts;

const TASKS: usize = 64;

/// How often memory is asked for while a future runs, on a loop that has had as many tasks before.
fn allocations<F: Future<Output = ()>>(work: impl Fn() -> F) -> usize {
    EventLoop::new().unwrap().block_on(async {
        work().await;
        let before = ASKED.get();
        work().await;
        ASKED.get() - before
    })
}

#[test]
fn a_task_costs_one_allocation_from_its_beginning_to_its_output() {
    let one_after_the_other = || async {
        for n in 0..TASKS {
            assert_eq!(spawn(ready(n)).await.unwrap(), n);
        }
    };
    assert_eq!(allocations(one_after_the_other), TASKS);
    let side_by_side = || async {
        for (n, task) in [(); TASKS].map(|()| spawn(ready(7))).into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), 7, "{n}");
        }
    };
    assert_eq!(allocations(side_by_side), TASKS);
}

#[test]
fn a_task_that_nobody_waits_for_costs_one_allocation() {
    let torn_up = || async {
        for _ in 0..TASKS {
            drop(spawn(ready(7)));
        }
        yield_now().await;
    };
    assert_eq!(allocations(torn_up), TASKS);
}

#[test]
fn turns_and_wakes_and_waits_cost_nothing() {
    let talks = || async {
        let task = spawn(async {
            for _ in 0..100 {
                yield_now().await;
            }
            7
        });
        let waits = spawn(async { task.await.unwrap() });
        assert_eq!(waits.await.unwrap(), 7);
    };
    assert_eq!(allocations(talks), 2);
}

#[test]
fn a_large_future_costs_one_allocation_too() {
    let large = || async {
        let room = [7_u8; 4096];
        let task = spawn(async move {
            yield_now().await;
            room
        });
        assert_eq!(task.await.unwrap()[4095], 7);
    };
    assert_eq!(allocations(large), 1);
}
