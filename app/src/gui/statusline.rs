//! The line at the bottom, and the ladder it opens: what exists only here and what every other machine has, in words.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{KeysView, PeerState, StatusView};

use super::actions::{Action, key_of};
use super::clock::Clock;
use super::command::{Dialog, Queue, UiCommand};
use super::icon::{self, Icon};
use super::look::look;
use super::tokens;
use super::views::Views;
use super::widgets;

/// What the line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// The first sentence.
    pub first: String,
    /// Quiet sentences after it.
    pub rest: Vec<String>,
    /// How the keys are kept, when that has to be said.
    pub keys: Option<Keys>,
    /// Version of the zone data.
    pub zone_data: String,
}

/// What the line says of the secret keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// In a few words.
    pub words: String,
    /// It should be looked at.
    pub warn: bool,
}

/// What has to be said of the keys: that one is awaited, that they lie open, or that the store is locked.
fn keys_words(view: &KeysView) -> Option<Keys> {
    let awaited = match view.awaited.len() {
        0 => None,
        1 => Some("1 key is awaited".to_owned()),
        count => Some(format!("{count} keys are awaited")),
    };
    let kept = match (view.protected, view.locked) {
        (false, _) => Some("Keys: not protected".to_owned()),
        (true, true) => Some("Locked at rest".to_owned()),
        (true, false) => None,
    };
    let warn = awaited.is_some() || !view.protected;
    let words: Vec<String> = awaited.into_iter().chain(kept).collect();
    (!words.is_empty()).then(|| Keys { words: words.join("  ·  "), warn })
}

/// The line as data.
pub fn build(views: &Views, clock: &Clock) -> Data {
    let zone_data =
        views.about.get().map(|about| format!("Zone data {}", about.zone_data)).unwrap_or_default();
    let differs = views.status.get().is_some_and(|status| !status.zone_data.others.is_empty());
    let zone_data = if differs { "Zone data differs".to_owned() } else { zone_data };
    let keys = views.keys.get().and_then(keys_words);
    let Some(status) = views.status.get() else {
        return Data { first: "Reading what is where".to_owned(), rest: Vec::new(), keys, zone_data };
    };
    let (first, rest) = sentences(status, clock);
    Data { first, rest, keys, zone_data }
}

fn sentences(status: &StatusView, clock: &Clock) -> (String, Vec<String>) {
    let items = status.only_here.items;
    let first = match (items, status.peers.is_empty()) {
        (0, true) => "Nothing has left this laptop".to_owned(),
        (0, false) => "Nothing exists only on this laptop".to_owned(),
        _ => {
            let since =
                status.only_here.since.as_deref().map(|since| format!(" since {}", clock.words(since)));
            let changes =
                if items == 1 { "1 change exists".to_owned() } else { format!("{items} changes exist") };
            format!("{changes} only on this laptop{}", since.unwrap_or_default())
        }
    };
    let rest = status.peers.iter().take(3).map(|peer| peer_words(peer, clock)).collect();
    (first, rest)
}

fn peer_words(peer: &PeerState, clock: &Clock) -> String {
    if !peer.text.is_empty() {
        return if peer.text.starts_with(&peer.name) {
            peer.text.clone()
        } else {
            format!("{}: {}", peer.name, peer.text)
        };
    }
    let seen = peer.last_contact.as_deref().map(|at| clock.words(at));
    match (peer.all, seen) {
        (true, _) => format!("{} has everything", peer.name),
        (false, Some(seen)) => format!("{} has {} of {}, met {seen}", peer.name, peer.has, peer.of),
        (false, None) => format!("{} not met yet", peer.name),
    }
}

/// Draws the line.
pub fn show(ui: &mut Ui, data: &Data, out: &mut Queue) {
    let p = look(ui.ctx());
    let room = ui.max_rect();
    let keys =
        Rect::from_min_max(pos2(room.right() - 150.0, room.top()), pos2(room.right() - 12.0, room.bottom()));
    // What is said of the work goes before what is said of the zone data.
    let narrow = room.width() < tokens::size::SIDEBAR_FOLDS;
    let zone_width = if narrow { 12.0 } else { 130.0 };
    let zone = Rect::from_min_max(
        pos2(keys.left() - zone_width, room.top()),
        pos2(keys.left() - 12.0, room.bottom()),
    );
    let end = data.keys.as_ref().map_or(zone.left(), |said| badge(ui, said, zone, out));
    let line = Rect::from_min_max(room.min, pos2(end - 8.0, room.bottom()));
    let response = ui.interact(line, ui.scope_id().with("delivery"), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(line.shrink2(vec2(6.0, 3.0)), 6.0, p.scheme.hover());
    }
    let sign = Rect::from_min_size(pos2(room.left() + 16.0, room.top()), vec2(18.0, room.height()));
    icon::paint(ui.painter(), sign, 17.0, Icon::Laptop, p.ink2);
    let mut inside = line.with_min_x(room.left() + 42.0);
    let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &data.first, tokens::SMALL_STRONG, p.ink);
    inside.min.x = at.right();
    for sentence in &data.rest {
        if inside.width() < 40.0 {
            break;
        }
        let text = format!("   ·   {sentence}");
        let at = widgets::line(ui, inside, Align2::LEFT_CENTER, &text, tokens::SMALL, p.ink2);
        inside.min.x = at.right();
    }
    let spoken = format!("Where the work is: {}. {}", data.first, data.rest.join(". "));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &spoken));
    widgets::focus_ring(ui, &response, tokens::radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Open(Dialog::Ladder));
    }
    if !narrow {
        widgets::line(ui, zone, Align2::RIGHT_CENTER, &data.zone_data, tokens::SMALL, p.ink3);
    }
    keys_button(ui, keys, out);
}

/// What is said of the secret keys, left of the zone data; returns its left edge.
fn badge(ui: &Ui, said: &Keys, zone: Rect, out: &mut Queue) -> f32 {
    let p = look(ui.ctx());
    let width = super::look::width(ui, &said.words, tokens::SMALL) + 34.0;
    let at = pos2(zone.left() - width, zone.center().y - tokens::size::CHIP / 2.0);
    let rect = Rect::from_min_size(at, vec2(width, tokens::size::CHIP));
    let response = ui.interact(rect, ui.scope_id().with("keys kept"), Sense::click());
    let (fill, ink) = if said.warn { (p.wait_tint, p.wait) } else { (p.sunken, p.ink2) };
    let pen = if p.scheme.is_high_contrast() {
        egui::Stroke::new(tokens::stroke::LINE, p.edge)
    } else {
        egui::Stroke::NONE
    };
    ui.painter().rect(rect, tokens::radius::CHIP, fill, pen, egui::StrokeKind::Inside);
    let sign = Rect::from_min_size(rect.min + vec2(7.0, 0.0), vec2(15.0, rect.height()));
    icon::paint(ui.painter(), sign, 14.0, if said.warn { Icon::Key } else { Icon::Lock }, ink);
    let inside = rect.with_min_x(rect.left() + 26.0);
    widgets::line(ui, inside, Align2::LEFT_CENTER, &said.words, tokens::SMALL, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said.words));
    widgets::focus_ring(ui, &response, tokens::radius::CHIP);
    if response.on_hover_cursor(egui::CursorIcon::PointingHand).clicked() {
        out.push(UiCommand::Open(Dialog::KeysKept));
    }
    rect.left()
}

fn keys_button(ui: &Ui, rect: Rect, out: &mut Queue) {
    let p = look(ui.ctx());
    let response = ui.interact(rect, ui.scope_id().with("keys"), Sense::click());
    let at = widgets::line(
        ui,
        rect.with_max_x(rect.right() - 22.0),
        Align2::RIGHT_CENTER,
        "Keys for this view",
        tokens::SMALL,
        p.ink2,
    );
    widgets::key_cap(
        ui,
        pos2(at.right() + 6.0, rect.center().y),
        &key_of(Action::Keys).unwrap_or_default(),
        None,
    );
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Keys for this view"));
    widgets::focus_ring(ui, &response, tokens::radius::ROW);
    if response.clicked() {
        out.push(UiCommand::Open(Dialog::Keys));
    }
}

/// How far a machine is, for its rung of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// Has everything.
    All,
    /// Has a part.
    Part,
    /// Has nothing from here.
    None,
}

/// Which rung a machine is on.
pub fn rung(peer: &PeerState) -> Rung {
    match (peer.all, peer.has) {
        (true, _) => Rung::All,
        (false, 0) => Rung::None,
        (false, _) => Rung::Part,
    }
}

/// Draws the ladder.
pub fn ladder(ui: &mut Ui, status: Option<&StatusView>, clock: &Clock) {
    let p = look(ui.ctx());
    let Some(status) = status else { return };
    widgets::text(ui, &sentences(status, clock).0, tokens::CALLOUT, p.ink);
    ui.add_space(12.0);
    if status.peers.is_empty() {
        let words = "No other machine is known yet. Invite a person, or tell this workspace to use a node: then each \
                     machine has its rung here.";
        widgets::text(ui, words, tokens::UI, p.ink2);
    }
    for peer in &status.peers {
        widgets::rule(ui);
        rung_row(ui, peer, clock);
    }
    if !status.zone_data.text.is_empty() {
        widgets::rule(ui);
        ui.add_space(8.0);
        widgets::text(ui, &status.zone_data.text, tokens::SMALL, p.ink2);
    }
}

fn rung_row(ui: &mut Ui, peer: &PeerState, clock: &Clock) {
    let p = look(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 46.0), Sense::hover());
    let (sign, word) = match rung(peer) {
        Rung::All => ("done", "has everything"),
        Rung::Part => ("doing", "has a part"),
        Rung::None => ("todo", "has nothing from here yet"),
    };
    let ring = Rect::from_center_size(pos2(rect.left() + 12.0, rect.center().y), vec2(16.0, 16.0));
    icon::status(ui.painter(), ring, sign, &p);
    let kind = Rect::from_min_size(pos2(rect.left() + 32.0, rect.top()), vec2(18.0, rect.height()));
    icon::paint(
        ui.painter(),
        kind,
        17.0,
        if peer.kind == "node" { Icon::Node } else { Icon::Laptop },
        p.ink2,
    );
    let upper =
        Rect::from_min_max(pos2(rect.left() + 60.0, rect.top() + 5.0), pos2(rect.right(), rect.center().y));
    let lower =
        Rect::from_min_max(pos2(upper.left(), rect.center().y), pos2(rect.right(), rect.bottom() - 5.0));
    widgets::line(ui, upper, Align2::LEFT_CENTER, &peer.name, tokens::UI_STRONG, p.ink);
    let words = peer_words(peer, clock);
    widgets::line(ui, lower, Align2::LEFT_CENTER, &words, tokens::SMALL, p.ink2);
    let behind = peer.of.saturating_sub(peer.has);
    let right = match (peer.connected, behind) {
        (true, 0) => "connected".to_owned(),
        (true, behind) => format!("connected, {behind} to go"),
        (false, 0) => String::new(),
        (false, behind) => format!("{behind} behind"),
    };
    widgets::line(ui, upper, Align2::RIGHT_CENTER, &right, tokens::SMALL, p.ink3);
    let spoken = format!("{} {word}. {words}", peer.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::OnlyHere;

    fn clock() -> Clock {
        Clock::new(Some(1_795_533_000_000), "Europe/London")
    }

    fn said(items: u64, peers: Vec<PeerState>) -> String {
        let since = (items > 0).then(|| "2026-11-24T14:02:00Z".to_owned());
        let status = StatusView { only_here: OnlyHere { items, since }, peers, ..StatusView::default() };
        let (first, rest) = sentences(&status, &clock());
        [first].into_iter().chain(rest).collect::<Vec<_>>().join(" · ")
    }

    #[test]
    fn the_state_of_the_keys_is_said_when_it_matters() {
        let said = |protected, locked, awaited: &[&str]| {
            let awaited = awaited.iter().map(|words| (*words).to_owned()).collect();
            keys_words(&KeysView { state: String::new(), protected, locked, awaited })
                .map(|keys| (keys.words, keys.warn))
        };
        assert_eq!(said(false, false, &[]), Some(("Keys: not protected".into(), true)));
        assert_eq!(said(true, false, &[]), None);
        assert_eq!(said(true, true, &[]), Some(("Locked at rest".into(), false)));
        assert_eq!(
            said(true, true, &["from Aiko"]),
            Some(("1 key is awaited  ·  Locked at rest".into(), true))
        );
        assert_eq!(
            said(false, false, &["a", "b"]),
            Some(("2 keys are awaited  ·  Keys: not protected".into(), true))
        );
    }

    #[test]
    fn the_line_never_claims_more_than_is_known() {
        let node = PeerState { name: "node".into(), all: true, has: 5, of: 5, ..PeerState::default() };
        let aiko = PeerState {
            name: "Aiko’s laptop".into(),
            has: 2,
            of: 5,
            last_contact: Some("2026-11-24T09:12:00Z".into()),
            ..PeerState::default()
        };
        assert_eq!(said(0, Vec::new()), "Nothing has left this laptop");
        assert_eq!(said(1, Vec::new()), "1 change exists only on this laptop since 14:02");
        assert_eq!(
            said(3, vec![node, aiko]),
            "3 changes exist only on this laptop since 14:02 · node has everything · Aiko’s laptop has 2 of 5, met 09:12"
        );
    }
}
