//! The line at the bottom, and the ladder it opens: what exists only here and what every other machine has, in words.

use egui::{Align2, Rect, Sense, Ui, WidgetInfo, accesskit::Role, pos2, vec2};
use tern_peer::{PeerState, StatusView};

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
    /// Version of the zone data.
    pub zone_data: String,
}

/// The line as data.
pub fn build(views: &Views, clock: &Clock) -> Data {
    let zone_data =
        views.about.get().map(|about| format!("Zone data {}", about.zone_data)).unwrap_or_default();
    let Some(status) = views.status.get() else {
        return Data { first: "Reading what is where".to_owned(), rest: Vec::new(), zone_data };
    };
    let (first, rest) = sentences(status, clock);
    Data { first, rest, zone_data }
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
    let line = Rect::from_min_max(room.min, pos2(keys.left() - 130.0, room.bottom()));
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
    let zone =
        Rect::from_min_max(pos2(keys.left() - 130.0, room.top()), pos2(keys.left() - 12.0, room.bottom()));
    widgets::line(ui, zone, Align2::RIGHT_CENTER, &data.zone_data, tokens::SMALL, p.ink3);
    keys_button(ui, keys, out);
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
        let status = StatusView { only_here: OnlyHere { items, since }, peers, line: String::new() };
        let (first, rest) = sentences(&status, &clock());
        [first].into_iter().chain(rest).collect::<Vec<_>>().join(" · ")
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
