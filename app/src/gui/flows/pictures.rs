//! The window compared with stored pictures of it: an extra, behind the feature `pictures` (README). The clock stands, fonts
//! are those that Tern brings, nothing moves, and a software driver draws alike on every machine.

use std::path::{Path, PathBuf};

use image::RgbaImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use tern_model::block::{Block, BlockKind, Inline, Link, Marks};
use tern_peer::{CommentPlace, CommentView};

use super::*;
use crate::gui::canned::past::{merge, message};
use crate::gui::prefs::Theme;

/// How far a channel of a pixel may be off: drivers round differently.
const CHANNEL_MAX: u8 = 3;
/// How many pixels may be off further than that.
const PIXELS_MAX: usize = 20;
/// Set to accept every picture that differs.
const ACCEPT: &str = "TERN_ACCEPT_PICTURES";

/// Room that the harness leaves around what it draws.
const AROUND: u32 = 8;

const WIDE: [f32; 2] = [1280.0, 800.0];
const PAGE: &str = "Keep the search index on the device";

fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("tests/extra/pictures")
}

/// A window that is drawn, and in which nothing moves.
fn drawn(world: Canned, size: [f32; 2], theme: Theme) -> Window {
    let mut window = Window::built(world, Harness::builder().wgpu());
    window.harness.set_size(egui::Vec2::from(size) + egui::Vec2::splat(2.0 * AROUND as f32));
    if let Some(open) = window.harness.state_mut().as_mut().expect("the window").open_mut() {
        (open.prefs.theme, open.prefs.still) = (theme, true);
    }
    window.settle();
    window
}

fn sample(theme: Theme) -> Window {
    let mut window = drawn(Canned::sample(), WIDE, theme);
    window.open(PAGE);
    window
}

fn first_run() -> Window {
    let mut window = drawn(Canned::empty(), WIDE, Theme::Light);
    // The first field has the keyboard; its caret would blink.
    window.harness.run_steps(110);
    window
}

fn palette() -> Window {
    let mut window = sample(Theme::Dark);
    window.chord(Modifiers::COMMAND, Key::K);
    window.write("search");
    window
}

fn history() -> Window {
    // Wide enough for the track.
    let mut window = drawn(Canned::sample(), [1440.0, 800.0], Theme::Light);
    window.open(PAGE);
    window.click("Mia, 3 changes, 13:10 – 13:28. Show the page as it was then");
    window
}

fn merge_review() -> Window {
    let base = "The index is built when the tablet starts and takes about ten seconds.";
    let texts = [
        base,
        "The index is built when the tablet starts and takes about forty seconds.",
        "The index is built in the background and takes about ten seconds.",
        "The index is built in the background and takes about forty seconds.",
    ];
    let world = Canned::sample();
    let second = ["on two boats", "on three boats", "on two ferries", "on three ferries"];
    let places = vec![merge("m0", texts), merge("m1", second)];
    world.change_past(|past| drop(past.merges.insert("decision".into(), places)));
    let mut window = drawn(world, WIDE, Theme::Light);
    window.open(PAGE);
    window.click("Review what was combined");
    window
}

fn comments() -> Window {
    let world = Canned::sample();
    let thread = CommentView {
        id: "t".into(),
        quote: "Surveyors lose signal".into(),
        place: Some(CommentPlace { from: 1, to: 22, ..CommentPlace::default() }),
        messages: vec![
            message("Mia", false, "In the delta it is closer to nine hours."),
            message("Ben", true, "Then the number goes up. Where is it measured?"),
        ],
        ..CommentView::default()
    };
    let gone = CommentView {
        id: "g".into(),
        quote: "on Friday".into(),
        gone: true,
        messages: vec![message("Dev", false, "Which Friday?")],
        ..CommentView::default()
    };
    world.change_past(|past| drop(past.threads.insert("decision".into(), vec![thread, gone])));
    let mut window = drawn(world, WIDE, Theme::Light);
    window.open(PAGE);
    window.click("Thread: Surveyors lose signal");
    window
}

fn nothing_open() -> Window {
    drawn(Canned::without_pages(), WIDE, Theme::Light)
}

fn card_of_a_link() -> Window {
    let link = Some(Link { href: "tern:decision".into(), title: String::new() });
    let words = |text: &str, marks| Inline::Text { text: text.into(), marks };
    let inline = vec![
        words("What was decided about the index: see ", Marks::default()),
        words("the page of Tuesday", Marks { link, ..Marks::default() }),
        words(", and ask Aiko.", Marks::default()),
    ];
    let blocks = vec![Block { inline, ..Block::plain(BlockKind::Paragraph, "") }];
    let mut window = drawn(Canned::sample().with_page("linked", "Minutes", blocks), WIDE, Theme::Light);
    window.open("Minutes");
    let text = window.harness.get_by_label_contains("What was decided").rect();
    window.harness.hover_at(text.left_top() + egui::vec2(290.0, 10.0));
    window.pause();
    window
}

/// A picture: its name, what is shown, and whether the pointer is part of it.
type Picture = (&'static str, fn() -> Window, bool);

const PICTURES: [Picture; 11] = [
    ("page-light", || sample(Theme::Light), false),
    ("page-dark", || sample(Theme::Dark), false),
    ("page-high-contrast", || sample(Theme::ContrastLight), false),
    ("palette-dark", palette, false),
    ("history-light", history, false),
    ("merge-light", merge_review, false),
    ("comments-light", comments, false),
    ("link-light", card_of_a_link, true),
    ("narrow-light", || drawn(Canned::sample(), [720.0, 480.0], Theme::Light), false),
    ("first-run-light", first_run, false),
    ("states-light", nothing_open, false),
];

#[test]
fn the_window_looks_as_it_did() {
    let faults: Vec<String> = PICTURES
        .into_iter()
        .filter_map(|(name, show, pointer)| {
            let mut window = show();
            if !pointer {
                window.harness.remove_cursor();
            }
            // Toasts and tooltips are gone by then.
            window.harness.run_steps(if pointer { 2 } else { 80 });
            let drawn = window.harness.render().expect("it is drawn");
            let (width, height) = (drawn.width() - 2 * AROUND, drawn.height() - 2 * AROUND);
            let inside = image::imageops::crop_imm(&drawn, AROUND, AROUND, width, height);
            compare(name, &inside.to_image())
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// What is wrong with a picture, and what to do about it.
fn compare(name: &str, new: &RgbaImage) -> Option<String> {
    let (old_at, new_at) = (stored().join(format!("{name}.png")), stored().join(format!("{name}.new.png")));
    let fault = match image::open(&old_at) {
        Err(_) => "has no stored picture yet".to_owned(),
        Ok(old) => difference(&old.to_rgba8(), new)?,
    };
    let accept = std::env::var_os(ACCEPT).is_some();
    let at = if accept { &old_at } else { &new_at };
    write(at, new);
    (!accept).then(|| {
        format!(
            "{name} {fault}.\n  It looks like this:  {}\n  It should look like: {}\n  Accept it: mv the first over the \
             second, or run again with {ACCEPT}=1.",
            new_at.display(),
            old_at.display()
        )
    })
}

fn write(at: &Path, picture: &RgbaImage) {
    let file = std::fs::File::create(at).expect("the picture can be written");
    let coder = PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::Adaptive);
    let opaque = image::DynamicImage::from(picture.clone()).to_rgb8();
    opaque.write_with_encoder(coder).expect("the picture is written");
}

/// Where two pictures differ, if they do.
fn difference(old: &RgbaImage, new: &RgbaImage) -> Option<String> {
    if old.dimensions() != new.dimensions() {
        return Some(format!("has another size: {:?}, it was {:?}", new.dimensions(), old.dimensions()));
    }
    let off = |(a, b): (&image::Rgba<u8>, &image::Rgba<u8>)| {
        a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > CHANNEL_MAX)
    };
    let pixels = old.pixels().zip(new.pixels()).enumerate();
    let places: Vec<(u32, u32)> = pixels
        .filter(|(_, pair)| off(*pair))
        .map(|(at, _)| (at as u32 % old.width(), at as u32 / old.width()))
        .collect();
    let bound = |of: fn(&(u32, u32)) -> u32| {
        places.iter().map(of).min().zip(places.iter().map(of).max()).unwrap_or_default()
    };
    let ((left, right), (top, bottom)) = (bound(|at| at.0), bound(|at| at.1));
    (places.len() > PIXELS_MAX)
        .then(|| format!("differs in {} pixels, from ({left}, {top}) to ({right}, {bottom})", places.len()))
}

#[test]
fn a_picture_that_is_a_little_off_in_its_rounding_is_the_same_and_a_line_that_moved_is_not() {
    let plain = RgbaImage::from_pixel(200, 40, image::Rgba([200, 200, 200, 255]));
    let rounded = RgbaImage::from_pixel(200, 40, image::Rgba([203, 198, 200, 255]));
    assert_eq!(difference(&plain, &rounded), None);
    let mut line = plain.clone();
    (0..200).for_each(|x| line.put_pixel(x, 7, image::Rgba([194, 200, 200, 255])));
    let said = difference(&plain, &line).expect("they differ");
    assert_eq!(said, "differs in 200 pixels, from (0, 7) to (199, 7)");
}
