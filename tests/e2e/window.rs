//! A window that a test looks at and types into: the real one over a real home, without a display.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node as Shown};
use tern_app::gui::backend::DiskHome;
use tern_app::gui::{App, threads};
use tern_peer::Env;

use crate::harness::Home;

/// What is waited for must be seen within this time.
pub const LIMIT: Duration = Duration::from_secs(90);
/// A window that nothing wakes draws its next frame after this time.
pub const FRAME: Duration = Duration::from_millis(100);

/// A window that a test looks at and types into.
pub struct Window {
    pub harness: Harness<'static, Option<App>>,
    pub woken: Receiver<()>,
    pub name: &'static str,
}

impl Window {
    /// Opens a window over a home.
    pub fn over(name: &'static str, home: &Home) -> Self {
        Window::in_env(name, home, Env::default())
    }

    /// Opens a window over a home whose clock stands at an instant.
    pub fn at(name: &'static str, home: &Home, now_ms: i64) -> Self {
        Window::in_env(name, home, Env { now_ms: Some(now_ms), ..Env::default() })
    }

    fn in_env(name: &'static str, home: &Home, env: Env) -> Self {
        let (wake, woken) = sync_channel(1);
        let home = Arc::new(DiskHome { path: home.path().to_owned(), env });
        let draw = move |ui: &mut egui::Ui, app: &mut Option<App>| {
            let ctx = ui.ctx().clone();
            let app = app.get_or_insert_with(|| {
                let wake = wake.clone();
                let wake = Arc::new(move || {
                    // A wake that is pending already is enough.
                    let _ = wake.try_send(());
                });
                App::new(&ctx, home.clone(), threads(), wake)
            });
            app.logic(&ctx);
            app.show(ui);
        };
        let builder = Harness::builder().with_size([1400.0, 900.0]).with_step_dt(0.1);
        Window { harness: builder.build_ui_state(draw, None), woken, name }
    }

    /// Closes it, as its frame does: everything typed is saved.
    pub fn close(mut self) {
        self.harness.state_mut().as_mut().expect("it was drawn").close();
    }

    /// The application in it.
    pub fn app(&self) -> &App {
        self.harness.state().as_ref().expect("it was drawn")
    }

    pub fn nodes(&self) -> impl Iterator<Item = Shown<'_>> {
        self.harness.query_all_by(|_| true)
    }

    /// Everything that it shows or says, one thing a line.
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.nodes().map(|node| said(&node)).collect();
        lines.retain(|line| !line.is_empty());
        lines.dedup();
        lines.join("\n")
    }

    pub fn says(&self, part: &str) -> bool {
        self.nodes().any(|node| said(&node).contains(part))
    }

    /// Draws frames until something holds.
    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&Window) -> bool) {
        let end = Instant::now() + LIMIT;
        loop {
            self.harness.run_steps(2);
            if holds(self) {
                return;
            }
            assert!(Instant::now() < end, "{}: {what} did not come. It shows:\n{}", self.name, self.text());
            let _ = self.woken.recv_timeout(FRAME);
        }
    }

    #[track_caller]
    pub fn until_it_says(&mut self, part: &str) {
        self.until(&format!("“{part}”"), |window| window.says(part));
    }

    /// Clicks what lies on top of what is called so, as soon as it is there.
    #[track_caller]
    pub fn click(&mut self, label: &str) {
        self.until(&format!("“{label}”"), |window| {
            window.harness.query_all_by_label(label).next().is_some()
        });
        self.harness.query_all_by_label(label).last().expect("it is there").click();
        self.harness.run_steps(4);
    }

    /// Clicks what says this among other things, where its whole label holds a time or a name.
    #[track_caller]
    pub fn click_part(&mut self, part: &str) {
        self.until_it_says(part);
        self.nodes().filter(|node| said(node).contains(part)).last().expect("it is there").click();
        self.harness.run_steps(4);
    }

    #[track_caller]
    pub fn fill(&mut self, field: &str, text: &str) {
        self.until(&format!("“{field}”"), |window| {
            window.harness.query_all_by_label(field).next().is_some()
        });
        self.harness.query_all_by_label(field).last().expect("it is there").focus();
        self.harness.run_steps(4);
        self.write(text);
    }

    pub fn write(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.harness.run_steps(4);
    }

    pub fn press(&mut self, key: egui::Key) {
        self.press_with(egui::Modifiers::NONE, key);
    }

    pub fn press_with(&mut self, modifiers: egui::Modifiers, key: egui::Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run_steps(4);
    }

    /// Runs a command of the palette, as soon as the workspace is open.
    #[track_caller]
    pub fn command(&mut self, name: &str) {
        self.until_it_says(": jump, run or create");
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
        self.harness.run_steps(4);
        self.write(name);
        self.harness.key_press(egui::Key::Enter);
        self.harness.run_steps(4);
    }

    /// The words on the screen, then the two that are asked for.
    #[track_caller]
    pub fn write_down_the_words(&mut self) -> String {
        self.until_it_says("Write these 24 words down");
        let all = self.nodes().map(|node| said(&node)).find(|text| text.split(' ').count() == 24);
        let all = all.expect("the words are on the screen");
        self.click("I have written them down");
        self.click("Go on");
        for (at, word) in all.split(' ').enumerate() {
            let field = format!("Word {}", at + 1);
            if self.harness.query_all_by_label(&field).next().is_some() {
                self.fill(&field, word);
            }
        }
        self.click("Open the workspace");
        all
    }

    /// Makes a page by a button and gives it a title.
    #[track_caller]
    pub fn new_page(&mut self, button: &str, title: &str) {
        self.click(button);
        self.fill("Page title", title);
        self.harness.key_press(egui::Key::Enter);
        self.harness.run_steps(4);
    }

    /// The keyboard goes to the text of the open page, the caret behind its last character.
    #[track_caller]
    pub fn caret_to_the_end(&mut self) {
        self.until("the page", |window| {
            window.harness.query_all_by_label("Page text").next().is_some() && window.app().page_blocks() > 0
        });
        self.harness.query_all_by_label("Page text").last().expect("it is there").focus();
        self.harness.run_steps(4);
        self.harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::End);
        self.harness.run_steps(2);
    }

    /// Adds a paragraph to a page of the tree.
    #[track_caller]
    pub fn append(&mut self, page: &str, text: &str) {
        self.click(page);
        self.caret_to_the_end();
        self.harness.key_press(egui::Key::Enter);
        self.write(text);
        // What was typed goes to the engine after a moment, and the engine answers when it is durable.
        self.harness.run_steps(12);
        self.until("nothing unsaved", |window| window.app().is_settled());
    }
}

/// What a node is called, else what it holds.
pub fn said(node: &Shown<'_>) -> String {
    let node = node.accesskit_node();
    node.label().or_else(|| node.value()).unwrap_or_default()
}
