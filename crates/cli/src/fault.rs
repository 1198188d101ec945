//! What is said when the program has a fault of its own: where, and nothing of what anybody wrote.
//!
//! A panic's message may quote text (a slice of a title that ends inside a letter does), and standard error ends in logs
//! and crash reports. So the message is left out; the place is enough to find the fault.

use std::panic::PanicHookInfo;

/// Makes faults say where they happened and nothing else, for window, terminal and node alike.
pub fn quiet_faults() {
    std::panic::set_hook(Box::new(|fault| eprintln!("{}", sentence(fault))));
}

fn sentence(fault: &PanicHookInfo<'_>) -> String {
    let place = fault.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
    format!(
        "Tern {} has a fault at {place} (thread {thread}). What was saved is safe; nothing of it is in this line. \
         Please report it.",
        env!("CARGO_PKG_VERSION")
    )
}
