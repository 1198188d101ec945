//! The window. `run` opens it over a home; `App` can be driven without a display, over any [`backend::Home`].

mod access;
mod actions;
pub mod app;
pub mod backend;
mod bars;
#[cfg(test)]
mod canned;
pub mod clipboard;
mod clock;
mod come_back;
mod command;
mod comments;
mod cycles;
mod decisions;
mod details;
mod dialogs;
mod first_run;
#[cfg(test)]
mod flows;
mod heads;
mod hours;
mod icon;
mod inbox;
mod lent;
mod lists;
mod look;
mod notice;
mod open;
mod overlap;
pub(crate) mod page;
mod palette;
mod past;
mod people;
mod picker;
mod practice;
mod prefs;
mod projects;
mod said;
mod secret;
mod shell;
mod sidebar;
mod single;
mod statusline;
mod strip;
mod tasks;
mod threads;
mod titled;
mod tokens;
mod views;
mod weekly;
mod welcome;
mod widgets;
mod window;
mod words;
mod work;

use std::path::PathBuf;
use std::sync::Arc;

pub use app::App;
use backend::{Home, Wake};
pub use page::pictures::Spawn;
use tern_peer::Env;

/// Runs slow work on threads of its own.
pub fn threads() -> Spawn {
    Arc::new(|job| {
        std::thread::spawn(job);
    })
}

/// Asks for frames from a thread of its own: the engine, which wakes the window, never waits for a frame to be drawn.
/// Wakes that come while one is pending are one.
pub fn waker(ctx: &egui::Context) -> Wake {
    let (pending, wakes) = std::sync::mpsc::sync_channel::<()>(1);
    let ctx = ctx.clone();
    std::thread::spawn(move || {
        while wakes.recv().is_ok() {
            ctx.request_repaint();
        }
    });
    Arc::new(move || {
        let _ = pending.try_send(());
    })
}

/// Opens the window over a home and returns when it is closed. A second start over the same home brings the first one's
/// window to the front instead. An error means that there is no display.
pub fn run(home: PathBuf, env: Env) -> Result<(), String> {
    let mut door = match single::start(&home) {
        single::Start::HandedOver => {
            println!("Tern is open over this home already; its window comes to the front.");
            return Ok(());
        }
        single::Start::First(door) => door,
    };
    let home = Arc::new(backend::DiskHome { path: home, env });
    let viewport = window::builder(&prefs::Prefs::read(home.settings_file().as_deref()));
    let options = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    let knocks = door.as_mut();
    eframe::run_native(
        "tern",
        options,
        Box::new(move |creation| {
            let ctx = &creation.egui_ctx;
            if let Some(door) = knocks {
                let ctx = ctx.clone();
                door.answer(Box::new(move || window::raise(&ctx)));
            }
            Ok(Box::new(App::new(ctx, home, threads(), waker(ctx))))
        }),
    )
    .map_err(|error| error.to_string())
}
