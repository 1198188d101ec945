//! What the gate allocates for bombs: changes and deflate data of a few bytes that stand for hundreds of megabytes.

#[path = "gate/chunk.rs"]
mod chunk;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use chunk::{ACTOR, Raw, signed, unsigned};
use tern_model::gate::{GateError, deflate, header_gate, inflate_bounded};

/// Counts the bytes that are asked for; nothing is ever subtracted.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);

#[allow(unsafe_code, reason = "an allocator is unsafe by nature; this one only counts and passes on")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the layout is the caller's, passed on unchanged.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: `ptr` came from `alloc` above with this layout.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn asked<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ASKED.load(Ordering::Relaxed);
    let result = work();
    (result, ASKED.load(Ordering::Relaxed) - before)
}

/// One test, so that no other thread allocates meanwhile.
#[test]
fn bombs_are_refused_within_a_few_kilobytes() {
    let mut million = Raw::puts(1_000_001);
    million.message = vec![b'.'; 1_095 - million.bytes().len() - 2];
    let million = million.bytes();
    assert_eq!(million.len(), 1_095);
    let preds = Raw::puts(16_384).column(112, &[signed(16_384), unsigned(100_000)].concat()).bytes();
    let cases = [
        (million, GateError::TooManyOps),
        (Raw::puts(i64::MAX).bytes(), GateError::TooManyOps),
        (preds, GateError::TooManyOps),
    ];
    for (bomb, wanted) in cases {
        let (verdict, bytes) = asked(|| header_gate(&bomb, &ACTOR));
        assert_eq!(verdict, Err(wanted));
        assert!(bytes < 4_096, "{bytes} bytes for a bomb of {}", bomb.len());
    }
    let bomb = deflate(&vec![0; 16 << 20]);
    let (verdict, bytes) = asked(|| inflate_bounded(&bomb, 1 << 20));
    assert_eq!(verdict, Err(GateError::InflateLimit(1 << 20)));
    assert!(bytes < 8 << 20, "{bytes} bytes for a bomb of {}", bomb.len());
    let wide = Raw { columns: (0..20_000).map(|n| (n * 16, Vec::new())).collect(), ..Raw::simple() }.bytes();
    let (_, bytes) = asked(|| header_gate(&wide, &ACTOR));
    assert!(bytes < 4 << 20, "{bytes} bytes for a change of {}", wide.len());
}
