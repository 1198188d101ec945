//! The window as the desktop sees it: its icon, and where it stood when it was closed.

use egui::{IconData, ViewportBuilder, ViewportCommand};

use super::icon::{BIRD, BIRD_UNITS};
use super::prefs::{Place, Prefs};
use super::tokens::{self, size};

/// Pixels of the icon's edge, and samples a pixel along it.
const ICON: u32 = 64;
const SAMPLES: u32 = 4;
/// Share of the icon that the bird takes.
const BIRD_SHARE: f32 = 0.78;
/// Corners of the icon, as a share of its edge.
const CORNER: f32 = 0.22;
/// No desktop is larger than this; what is further out is not a place.
const FARTHEST: i32 = 16_000;

/// The window with its icon, where it stood last.
pub fn builder(prefs: &Prefs) -> ViewportBuilder {
    let builder = ViewportBuilder::default()
        .with_title("Tern")
        .with_app_id("tern")
        .with_icon(icon())
        .with_min_inner_size(size::WINDOW_MIN);
    let Some(place) = prefs.window else { return builder.with_inner_size(size::WINDOW) };
    let wide = |at: usize| f32::from(place.size[at]).clamp(size::WINDOW_MIN[at], FARTHEST as f32);
    let builder = builder.with_inner_size([wide(0), wide(1)]).with_maximized(place.maximised);
    match place.at.filter(|at| at.iter().all(|side| (-100..FARTHEST).contains(side))) {
        Some([left, top]) => builder.with_position([left as f32, top as f32]),
        None => builder,
    }
}

/// Where the window stands; what is not known stays as it was.
pub fn place(ctx: &egui::Context, before: Option<Place>) -> Option<Place> {
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        let info = input.viewport();
        if info.minimized == Some(true) {
            return before;
        }
        let inner = info.inner_rect?;
        if info.maximized == Some(true) || info.fullscreen == Some(true) {
            // The size to come back to stays.
            let size = before.map_or(size::WINDOW.map(|side| side as u16), |place| place.size);
            return Some(Place { size, at: before.and_then(|place| place.at), maximised: true });
        }
        let at = info
            .outer_rect
            .map(|outer| [outer.left() * zoom, outer.top() * zoom].map(|side| side.round() as i32));
        let size = [inner.width() * zoom, inner.height() * zoom].map(|side| side.round() as u16);
        Some(Place { at, size, maximised: false })
    })
    .or(before)
}

/// Brings the window to the front.
pub fn raise(ctx: &egui::Context) {
    ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
    ctx.send_viewport_cmd(ViewportCommand::Visible(true));
    ctx.send_viewport_cmd(ViewportCommand::Focus);
    ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(egui::UserAttentionType::Informational));
    ctx.request_repaint();
}

/// The bird on a sheet, drawn from the same points as in the window.
fn icon() -> IconData {
    let mut rgba = Vec::with_capacity((ICON * ICON * 4) as usize);
    for y in 0..ICON {
        for x in 0..ICON {
            rgba.extend(pixel(x, y));
        }
    }
    IconData { rgba, width: ICON, height: ICON }
}

fn pixel(x: u32, y: u32) -> [u8; 4] {
    let (mut sum, mut covered) = ([0u32; 3], 0u32);
    for sample in 0..SAMPLES * SAMPLES {
        let share =
            |pixel: u32, step: u32| (pixel as f32 + (step as f32 + 0.5) / SAMPLES as f32) / ICON as f32;
        let at = (share(x, sample % SAMPLES), share(y, sample / SAMPLES));
        if let Some(color) = color_at(at) {
            covered += 1;
            for (sum, part) in sum.iter_mut().zip([color.r(), color.g(), color.b()]) {
                *sum += u32::from(part);
            }
        }
    }
    let mean = |sum: u32| sum.checked_div(covered).unwrap_or(0) as u8;
    [mean(sum[0]), mean(sum[1]), mean(sum[2]), (covered * 255 / (SAMPLES * SAMPLES)) as u8]
}

/// Colour at a place of the icon, both sides from 0 to 1; `None` outside its corners.
fn color_at((x, y): (f32, f32)) -> Option<egui::Color32> {
    let over = |side: f32| (CORNER - side).max(side - (1.0 - CORNER)).max(0.0);
    if over(x).hypot(over(y)) > CORNER {
        return None;
    }
    let unit = |side: f32| ((side - 0.5) / BIRD_SHARE + 0.5) * BIRD_UNITS;
    let at = (unit(x), unit(y));
    let part = BIRD.iter().rev().find(|(points, _)| is_inside(points, at));
    Some(match part {
        Some((_, true)) => tokens::LIGHT.here,
        Some((_, false)) => tokens::LIGHT.ink,
        None => tokens::LIGHT.page,
    })
}

fn is_inside(points: &[(f32, f32)], (x, y): (f32, f32)) -> bool {
    let mut inside = false;
    let before = points.iter().cycle().skip(points.len().saturating_sub(1));
    for ((ax, ay), (bx, by)) in points.iter().zip(before) {
        if (*ay > y) != (*by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_comes_back_where_it_was_and_never_beyond_the_desktop() {
        let at = |at, size, maximised| {
            let place = Some(Place { at, size, maximised });
            let builder = builder(&Prefs { window: place, ..Prefs::default() });
            (
                builder.position.map(|at| (at.x, at.y)),
                builder.inner_size.map(|s| (s.x, s.y)),
                builder.maximized,
            )
        };
        assert_eq!(
            at(Some([40, 50]), [900, 700], false),
            (Some((40.0, 50.0)), Some((900.0, 700.0)), Some(false))
        );
        assert_eq!(at(Some([-32_000, 0]), [10, 10], true), (None, Some((720.0, 480.0)), Some(true)));
        assert_eq!(builder(&Prefs::default()).inner_size.map(|size| size.x), Some(size::WINDOW[0]));
    }

    #[test]
    fn the_icon_shows_the_bird_with_its_vivid_bill_on_a_sheet_with_round_corners() {
        let icon = icon();
        let color =
            |x: usize, y: usize| <[u8; 4]>::try_from(&icon.rgba[(y * 64 + x) * 4..][..4]).expect("a pixel");
        assert_eq!(color(0, 0)[3], 0, "round corners");
        assert_eq!(color(32, 4), [255, 255, 255, 255], "the sheet");
        let some = |wanted: egui::Color32| {
            (0..64 * 64).filter(|at| icon.rgba[at * 4..][..3] == wanted.to_array()[..3]).count()
        };
        assert!(some(tokens::LIGHT.ink) > 200, "the bird");
        assert!(some(tokens::LIGHT.here) > 10, "its bill");
    }

    #[test]
    fn the_icon_for_the_desktop_is_the_same_drawing() {
        let svg = include_str!("../../assets/tern.svg");
        for (points, bill) in BIRD {
            let points: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
            let fill = if *bill { "#BE3D0A" } else { "#14181C" };
            let path = format!("<polygon fill=\"{fill}\" points=\"{}\"/>", points.join(" "));
            assert!(svg.contains(&path), "{path}");
        }
    }
}
