//! libFuzzer over one target of `tern-fuzz`, named by `TERN_FUZZ_TARGET`; with `TERN_FUZZ_SEEDS` it writes the seeds of all
//! targets below that folder instead, and beside each folder the most bytes of an input.
#![no_main]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tern_fuzz::Target;
use tern_fuzz::targets::ALL;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    if let Some(folder) = std::env::var_os("TERN_FUZZ_SEEDS") {
        let written = ALL.iter().try_for_each(|target| write_seeds(target, Path::new(&folder)));
        written.expect("the folder can be written");
        std::process::exit(0);
    }
    // libFuzzer's hook ends the process at every panic; targets catch those of the document library on purpose.
    std::panic::set_hook(Box::new(|_| {}));
    let name = std::env::var("TERN_FUZZ_TARGET").unwrap_or_default();
    tern_fuzz::target(&name).unwrap_or_else(|| panic!("TERN_FUZZ_TARGET names no target: “{name}”"))
});

fn write_seeds(target: &Target, folder: &Path) -> std::io::Result<()> {
    let own = folder.join(target.name);
    std::fs::create_dir_all(&own)?;
    std::fs::write(folder.join(format!("{}.max", target.name)), target.max_bytes.to_string())?;
    for (n, seed) in (target.seeds)().iter().enumerate() {
        std::fs::write(own.join(format!("seed-{n}")), seed)?;
    }
    Ok(())
}

fuzz_target!(|data: &[u8]| {
    let target = *TARGET;
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target.check(data))) {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        eprintln!("{}", said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic"));
        std::process::abort();
    }
});
