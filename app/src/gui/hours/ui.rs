//! The ruler with its stretches, the days, the check-ins.

use egui::{
    Align2, CornerRadius, CursorIcon, EventFilter, Id, Key, Modifiers, Rect, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, accesskit, accesskit::Role, pos2, vec2,
};
use tern_model::hours::{
    DAY_MINUTES, Minute, Profile, ProfileText, Weekday, Weekly, expected, parse_checkins,
};

use super::even::{DAYS, Even, further, time};
use crate::gui::icon::Icon;
use crate::gui::look::look;
use crate::gui::tokens::{self, radius, size, stroke};
use crate::gui::widgets::{self, Button, Field};

/// Minutes by which an arrow moves an edge.
const ARROW: f32 = 15.0;
/// Widest ruler.
const RULER: f32 = 520.0;

/// Stretches of the first working day as shares of a day, for drawings only.
pub fn windows(text: &str) -> Vec<(f32, f32)> {
    let Ok(weekly) = text.parse::<Weekly>() else { return Vec::new() };
    let days = (0..7).filter_map(|day| Weekday::from_monday_zero_offset(day).ok());
    let first = days.map(|day| weekly.windows(day)).find(|windows| !windows.is_empty());
    let share = |minute: Minute| f32::from(minute) / f32::from(DAY_MINUTES);
    first.unwrap_or_default().iter().map(|w| (share(w.start), share(w.end))).collect()
}

/// Hours by days and stretches; as a text where days differ, or when that is wanted.
pub fn hours(ui: &mut Ui, text: &mut String, checkins: &str) {
    let as_text = Id::unique("hours as text");
    let even = Even::read(text);
    let typed = even.is_none() || ui.data(|data| data.get_temp::<bool>(as_text).unwrap_or_default());
    let mut next = even.clone();
    let (rect, response) =
        ui.allocate_exact_size(vec2((ui.available_width() - 12.0).min(RULER), 44.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Your hours over a day"));
    ruler(ui, rect, &windows(text), checkins);
    if let Some(next) = next.as_mut().filter(|_| !typed) {
        for stretch in 0..next.stretches.len() {
            edges(ui, rect, next, stretch);
        }
    }
    ui.add_space(8.0);
    ui.horizontal_wrapped(|ui| {
        ui.set_max_width(ui.available_width().min(RULER));
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        if let Some(next) = next.as_mut().filter(|_| !typed) {
            for (day, name) in DAYS.iter().enumerate() {
                if day_chip(ui, name, next.days[day]) {
                    next.toggle(day);
                }
            }
            let full = next.room().is_none().then_some("The day is full");
            if Button::plain("Stretch")
                .icon(Icon::Plus)
                .spoken("Add a stretch of hours")
                .disabled(full)
                .show(ui)
                .clicked()
            {
                next.add();
            }
        } else {
            ui.scope(|ui| {
                ui.set_max_width(340.0);
                Field::new("Hours you work", "Mon-Fri 09:00-18:00").show(ui, text);
            });
        }
        if even.is_some() && Button::plain(if typed { "By days" } else { "As text" }).show(ui).clicked() {
            ui.data_mut(|data| data.insert_temp(as_text, !typed));
        }
    });
    if let Some(next) = next.filter(|next| Some(next) != even.as_ref()) {
        *text = next.text();
    }
}

/// Check-ins, each a field of its own.
pub fn checkins(ui: &mut Ui, text: &mut String, hours: &str) {
    let even = Even::read(hours);
    let none = text.trim().is_empty() || text.trim() == "none";
    let mut times: Vec<String> =
        if none { Vec::new() } else { text.split(',').map(|time| time.trim().to_owned()).collect() };
    let before = times.clone();
    ui.horizontal_wrapped(|ui| {
        ui.set_max_width(ui.available_width().min(RULER));
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        let mut gone = None;
        for (index, time) in times.iter_mut().enumerate() {
            ui.allocate_ui(vec2(92.0, size::FIELD), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.set_max_width(66.0);
                Field::new(&format!("Check-in {}", index + 1), "09:00").show(ui, time);
            });
            let label = format!("Take out check-in {}", index + 1);
            if widgets::icon_button(ui, Icon::Close, &label, None).clicked() {
                gone = Some(index);
            }
        }
        if let Some(index) = gone {
            times.remove(index);
        }
        if Button::plain("Add").icon(Icon::Plus).spoken("Add a check-in").show(ui).clicked() {
            times.push(further(text, even.as_ref()));
            times.sort();
        }
    });
    if times != before {
        *text = if times.is_empty() { "none".to_owned() } else { times.join(",") };
    }
}

/// When an answer to a question of tonight at 22:00 may be expected by these hours: standard and urgent.
pub fn expect(zone: &str, hours: &str, checkins: &str, now: &jiff::Zoned) -> Option<(String, String)> {
    let text = ProfileText { zone, hours, checkins: Some(checkins), off: &[], holidays: &[] };
    let profile = Profile::read(&text).ok()?;
    let date = profile.zone.date(now.timestamp().as_millisecond());
    let by = expected(&profile, profile.zone.instant_of(date, 22 * 60))?;
    let words = |ms: i64| profile.zone.local(ms).strftime("%a %H:%M").to_string();
    Some((words(by.standard_by_ms), words(by.urgent_by_ms)))
}

fn ruler(ui: &Ui, rect: Rect, windows: &[(f32, f32)], checkins: &str) {
    let p = look(ui.ctx());
    let middle = rect.bottom() - 14.0;
    for hour in (0..=24).step_by(3) {
        let x = rect.left() + rect.width() * hour as f32 / 24.0;
        ui.painter().vline(x, (middle - 12.0)..=(middle + 14.0), Stroke::new(stroke::LINE, p.line));
        let at = Rect::from_center_size(pos2(x, rect.top() + 6.0), vec2(24.0, 12.0));
        widgets::line(ui, at, Align2::CENTER_CENTER, &format!("{hour:02}"), tokens::TINY, p.ink3);
    }
    ui.painter().hline(rect.x_range(), middle, Stroke::new(stroke::LINE, p.edge));
    let at = |share: f32| rect.left() + rect.width() * share;
    for (from, to) in windows {
        let bar = Rect::from_min_max(pos2(at(*from), middle - 10.0), pos2(at(*to), middle + 10.0));
        let edged = p.scheme.is_high_contrast();
        let pen = if edged { Stroke::new(stroke::LINE, p.day_ink) } else { Stroke::NONE };
        ui.painter().rect(
            bar.intersect(rect),
            CornerRadius::same(radius::BAR),
            p.day,
            pen,
            StrokeKind::Inside,
        );
        let words = format!("{} – {}", short(*from), short(*to));
        if bar.width() > 56.0 {
            widgets::line(ui, bar, Align2::CENTER_CENTER, &words, tokens::SMALL_STRONG, p.day_ink);
        }
    }
    for minute in parse_checkins(checkins).unwrap_or_default() {
        let x = at(f32::from(minute) / f32::from(DAY_MINUTES));
        ui.painter().circle_filled(pos2(x, middle + 10.0), 2.5, p.day_ink);
    }
}

/// `09`, or `09:30` off the hour.
fn short(share: f32) -> String {
    let minute = (share * f32::from(DAY_MINUTES)).round() as Minute;
    let words = time(minute);
    words.strip_suffix(":00").map_or_else(|| words.clone(), str::to_owned)
}

/// The two ends of a stretch: dragged, or moved by arrows; Delete takes the stretch out.
fn edges(ui: &Ui, rect: Rect, even: &mut Even, stretch: usize) {
    let p = look(ui.ctx());
    for end in [false, true] {
        let Some((from, to)) = even.stretches.get(stretch).copied() else { return };
        let minute = if end { to } else { from };
        let x = rect.left() + rect.width() * f32::from(minute) / f32::from(DAY_MINUTES);
        let middle = rect.bottom() - 14.0;
        let inward = if end { -4.0 } else { 4.0 };
        let bar = Rect::from_center_size(pos2(x + inward, middle), vec2(3.0, 14.0));
        let id = Id::unique(("edge of hours", stretch, end));
        let response = ui.interact(bar.expand2(vec2(6.0, 6.0)), id, Sense::click_and_drag());
        let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
        if response.dragged()
            && let Some(pos) = response.interact_pointer_pos()
        {
            even.place(stretch, end, (pos.x - rect.left()) / rect.width() * f32::from(DAY_MINUTES));
        }
        let step = if response.has_focus() { keys(ui, &response, even, stretch) } else { 0.0 };
        if step != 0.0 {
            even.place(stretch, end, f32::from(minute) + step);
        }
        let name = if end { "Hours end at" } else { "Hours begin at" };
        let label = format!("{name} {}", time(minute));
        response.widget_info(|| WidgetInfo::slider(true, f64::from(minute), &label));
        let pen = if response.hovered() || response.has_focus() { p.ink } else { p.day_ink };
        ui.painter().rect_filled(bar, CornerRadius::same(1), pen);
        widgets::focus_ring(ui, &response, radius::BAR);
        response.on_hover_text(format!("{label}. Drag, or use the arrows; Delete takes this stretch out."));
    }
}

fn keys(ui: &Ui, response: &egui::Response, even: &mut Even, stretch: usize) -> f32 {
    let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input_mut(|input| {
        let mut times = |key: Key| input.count_and_consume_key(Modifiers::NONE, key) as f32;
        let step = (times(Key::ArrowRight) - times(Key::ArrowLeft)) * ARROW;
        if times(Key::Delete) + times(Key::Backspace) > 0.0 {
            even.remove(stretch);
        }
        let asked = |action| input.num_accesskit_action_requests(response.id, action) as f32;
        step + (asked(accesskit::Action::Increment) - asked(accesskit::Action::Decrement)) * ARROW
    })
}

/// A day that is worked on or not.
fn day_chip(ui: &mut Ui, name: &str, on: bool) -> bool {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(38.0, size::BUTTON), Sense::click());
    let (pen, style, ink) = if on {
        (Stroke::new(stroke::GLYPH, p.ink2), tokens::SMALL_STRONG, p.ink)
    } else {
        (Stroke::new(stroke::LINE, p.line), tokens::SMALL, p.ink3)
    };
    widgets::row_ground(ui, rect, false, response.hovered());
    ui.painter().rect_stroke(rect, CornerRadius::same(radius::ROW), pen, StrokeKind::Inside);
    widgets::line(ui, rect, Align2::CENTER_CENTER, name, style, ink);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, format!("Work on {name}")));
    widgets::focus_ring(ui, &response, radius::ROW);
    response.clicked()
}

/// What others see who ask tonight.
pub fn expect_card(ui: &mut Ui, (standard, urgent): &(String, String)) {
    let p = look(ui.ctx());
    let frame = egui::Frame::NONE
        .fill(p.page)
        .stroke(Stroke::new(stroke::LINE, p.line))
        .corner_radius(radius::CARD)
        .inner_margin(14.0);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 4.0;
        widgets::text(ui, "When someone asks you at 22:00 tonight, they see", tokens::SMALL, p.ink2);
        widgets::text(ui, &format!("Standard: expected {standard} yours"), tokens::UI_MEDIUM, p.ink);
        widgets::text(ui, &format!("Urgent: expected {urgent} yours"), tokens::UI_MEDIUM, p.ink);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_drawn_as_they_read() {
        assert_eq!(windows("Mon-Fri 09:00-18:00"), [(0.375, 0.75)]);
        assert_eq!(windows("Mon-Fri 06:00-12:00,18:00-24:00; Sat 10:00-12:00"), [(0.25, 0.5), (0.75, 1.0)]);
        assert_eq!(windows("whenever"), []);
    }

    #[test]
    fn a_question_of_tonight_is_expected_by_the_rule() {
        let now: jiff::Zoned = "2026-11-24T15:10:00+00:00[Europe/London]".parse().expect("a time");
        let (standard, urgent) =
            expect("Africa/Lagos", "Mon-Fri 08:00-12:00,14:00-18:00", "09:00,14:00,17:00", &now)
                .expect("hours that read");
        assert_eq!((standard.as_str(), urgent.as_str()), ("Thu 09:00", "Wed 12:00"));
        assert_eq!(expect("Africa/Lagos", "whenever", "09:00", &now), None);
    }
}
