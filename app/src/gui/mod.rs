//! The window. `run` opens it over a home; `App` can be driven without a display, over any [`backend::Home`].

mod access;
mod actions;
pub mod app;
pub mod backend;
mod bars;
#[cfg(test)]
mod canned;
mod clock;
mod come_back;
mod command;
mod details;
mod dialogs;
mod first_run;
#[cfg(test)]
mod flows;
mod icon;
mod lists;
mod look;
mod notice;
mod open;
pub(crate) mod page;
mod palette;
mod people;
mod picker;
mod prefs;
mod secret;
mod shell;
mod sidebar;
mod statusline;
mod tasks;
pub(crate) mod templates;
mod tokens;
mod views;
mod welcome;
mod widgets;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

pub use app::App;
use backend::Wake;
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

/// Opens the window over a home and returns when it is closed. An error means that there is no display.
pub fn run(home: PathBuf, env: Env) -> Result<(), String> {
    let viewport = egui::ViewportBuilder::default()
        .with_title("Tern")
        .with_app_id("tern")
        .with_inner_size(tokens::size::WINDOW)
        .with_min_inner_size(tokens::size::WINDOW_MIN);
    let options = eframe::NativeOptions { viewport, renderer: eframe::Renderer::Glow, ..Default::default() };
    let home = Arc::new(backend::DiskHome { path: home, env });
    eframe::run_native(
        "tern",
        options,
        Box::new(move |creation| {
            let ctx = &creation.egui_ctx;
            Ok(Box::new(App::new(ctx, home, threads(), waker(ctx))))
        }),
    )
    .map_err(|error| error.to_string())
}
