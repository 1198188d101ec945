//! The line of people at the top: who they are, what time it is for them, and whether that is in their stated hours.

use std::sync::Arc;

use egui::{
    Align2, CornerRadius, Rect, Sense, Stroke, StrokeKind, Ui, WidgetInfo, accesskit::Role, pos2, vec2,
};

use super::icon::{self, Icon};
use super::look::{self, look};
use super::tokens::{self, radius, stroke};
use super::views::Views;
use super::widgets;

/// One person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonChip {
    /// Name.
    pub name: String,
    /// Local time; with the weekday when it is not mine.
    pub time: String,
    /// Place taken from the zone.
    pub place: String,
    /// Within stated hours.
    pub working: bool,
    /// Oneself.
    pub me: bool,
}

/// The line as data: oneself first, then east to west by local time.
pub fn build(views: &Views) -> Vec<PersonChip> {
    let Some(members) = views.members.get() else { return Vec::new() };
    let mine = members.members.iter().find(|member| member.me).and_then(|me| views.people.get(&me.id));
    let my_day = mine.and_then(|slot| slot.get()).map(|profile| weekday(&profile.local).to_owned());
    let mut chips: Vec<(String, PersonChip)> = members
        .members
        .iter()
        .filter(|member| member.state == "active")
        .filter_map(|member| {
            let profile = views.people.get(&member.id)?.get()?;
            let same_day = my_day.as_deref() == Some(weekday(&profile.local));
            let time = if same_day { clock_time(&profile.local) } else { profile.local.as_str() };
            let chip = PersonChip {
                name: profile.name.clone(),
                time: time.to_owned(),
                place: place(&profile.zone),
                working: profile.working,
                me: member.me,
            };
            Some((profile.local.clone(), chip))
        })
        .collect();
    chips.sort_by(|(_, a), (_, b)| (!a.me, &a.name).cmp(&(!b.me, &b.name)));
    chips.into_iter().map(|(_, chip)| chip).collect()
}

fn weekday(local: &str) -> &str {
    local.split(' ').next().unwrap_or_default()
}

fn clock_time(local: &str) -> &str {
    local.rsplit(' ').next().unwrap_or_default()
}

/// The last part of a zone as a place: `America/Los_Angeles` is `Los Angeles`.
pub fn place(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

/// The line as text, for tests.
#[cfg(test)]
pub fn text(chips: &[PersonChip]) -> String {
    let line = |chip: &PersonChip| {
        let sky = if chip.working { "sun" } else { "moon" };
        format!("{} {} {sky}\n", if chip.me { "me" } else { &chip.name }, chip.time)
    };
    chips.iter().map(line).collect()
}

fn at_work() -> egui::Id {
    egui::Id::unique("within their hours")
}

/// Whether a person of this name is within their stated hours, as the line said last. Initials stand on day only then.
pub fn is_working(ctx: &egui::Context, name: &str) -> bool {
    let names: Option<Arc<[String]>> = ctx.data(|data| data.get_temp(at_work()));
    names.is_some_and(|names| names.iter().any(|known| known == name))
}

/// Keeps in the context who is within their hours, for every row that shows initials.
pub fn keep_working(ctx: &egui::Context, chips: &[PersonChip]) {
    let working: Arc<[String]> =
        chips.iter().filter(|chip| chip.working).map(|chip| chip.name.clone()).collect();
    ctx.data_mut(|data| data.insert_temp(at_work(), working));
}

/// Draws the line.
pub fn show(ui: &mut Ui, chips: &[PersonChip]) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let mut left = room.left() + 18.0;
    widgets::line(ui, room.with_min_x(left), Align2::LEFT_CENTER, "Local time", tokens::TINY, p.ink3);
    left += look::width(ui, "Local time", tokens::TINY) + 14.0;
    for (index, chip) in chips.iter().enumerate() {
        let name = if chip.me { "You" } else { &chip.name };
        let wanted =
            look::width(ui, name, tokens::SMALL_STRONG) + look::width(ui, &chip.time, tokens::SMALL) + 62.0;
        if left + wanted > room.right() - 40.0 {
            let rest = format!("and {} more", chips.len() - index);
            widgets::line(ui, room.with_min_x(left), Align2::LEFT_CENTER, &rest, tokens::SMALL, p.ink3);
            break;
        }
        let rect = Rect::from_min_size(pos2(left, room.center().y - 11.0), vec2(wanted, 22.0));
        paint(ui, rect, chip, name);
        left += wanted + 6.0;
    }
}

fn paint(ui: &mut Ui, rect: Rect, chip: &PersonChip, name: &str) {
    let p = look(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with(("person", &chip.name, chip.me)), Sense::hover());
    if p.scheme.is_high_contrast() {
        let pen = Stroke::new(stroke::LINE, p.edge);
        ui.painter().rect_stroke(rect, CornerRadius::same(radius::CHIP), pen, StrokeKind::Inside);
    }
    widgets::avatar(ui, pos2(rect.left() + 11.0, rect.center().y), 8.5, &chip.name, chip.working);
    let mut inside = rect.with_min_x(rect.left() + 24.0);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, name, tokens::SMALL_STRONG, p.ink);
    inside.min.x = at.right() + 6.0;
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &chip.time, tokens::SMALL, p.ink2);
    let sky = Rect::from_min_size(pos2(at.right() + 4.0, rect.top()), vec2(16.0, rect.height()));
    icon::paint(ui.painter(), sky, 15.0, if chip.working { Icon::Sun } else { Icon::Moon }, p.ink2);
    let hours = if chip.working { "within their hours" } else { "outside their hours" };
    let spoken = format!("{name}, {}, {}, {hours}", chip.place, chip.time);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    response.on_hover_text(spoken.clone());
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_zone_is_shown_as_its_place() {
        assert_eq!(place("America/Los_Angeles"), "Los Angeles");
        assert_eq!(place("UTC"), "UTC");
    }
}
