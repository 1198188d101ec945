//! Invites, who came in by them, and who waits to be let in.

use tern_peer::{InviteView, RequestView};

use super::{counted, i_manage, role_name, short};
use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// One invite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invite {
    /// Key.
    pub id: String,
    /// `Writer 7c1e90aa`.
    pub title: String,
    /// How it lets people in, how often it was used, by whom it was made and until when it is meant.
    pub words: String,
    /// `live`, `used up`, `expired` or `ended`.
    pub state: String,
    /// It can still let somebody in.
    pub live: bool,
    /// Names and the four words of those who came in by it.
    pub joined: Vec<(String, String)>,
    /// One may end it.
    pub may_end: bool,
}

/// Somebody who waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Id.
    pub id: String,
    /// `Somebody asks to come in as writer`.
    pub title: String,
    /// Role the invite offers.
    pub role: String,
    /// By which invite and when.
    pub words: String,
    /// The four words.
    pub matching: String,
    /// One may let them in.
    pub may_approve: bool,
}

/// All of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Data {
    /// Who waits.
    pub requests: Vec<Request>,
    /// Live ones first.
    pub invites: Vec<Invite>,
    /// Why there are none.
    pub empty: &'static str,
}

/// All of it as data.
pub fn build(views: &Views, clock: &Clock) -> Data {
    let Some(view) = views.invites.get() else {
        return Data { empty: "Reading the invites", ..Data::default() };
    };
    let may = i_manage(views);
    let mut invites: Vec<Invite> = view.invites.iter().map(|invite| shown(invite, may, clock)).collect();
    invites.sort_by_key(|invite| !invite.live);
    Data {
        requests: view.requests.iter().map(|request| asking(request, may, clock)).collect(),
        invites,
        empty: "Nobody was invited yet.",
    }
}

fn shown(invite: &InviteView, may: bool, clock: &Clock) -> Invite {
    let live = invite.state == "live";
    let mode = match invite.mode.as_str() {
        "approve" => "asks before it lets somebody in",
        _ => "lets in at once",
    };
    let until = match invite.state.as_str() {
        "live" | "used up" => format!("until {}", clock.then(&invite.expires)),
        _ => format!("was meant until {}", clock.then(&invite.expires)),
    };
    Invite {
        id: invite.id.clone(),
        title: format!("{} {}", role_name(&invite.role), short(&invite.id)),
        words: format!("{mode} · {} of {} used · {until} · by {}", invite.used, invite.uses, invite.by),
        state: invite.state.clone(),
        live,
        joined: invite.joined.iter().map(|joined| (joined.name.clone(), joined.words.clone())).collect(),
        // A ticket that is used up or past its day can still open what its key opens, until it is ended.
        may_end: may && invite.state != "ended",
    }
}

fn asking(request: &RequestView, may: bool, clock: &Clock) -> Request {
    Request {
        id: request.id.clone(),
        title: format!("Somebody asks to come in as {}", request.role),
        role: request.role.clone(),
        words: format!("by the invite {} · {}", short(&request.invite), clock.day(&request.when)),
        matching: request.words.clone(),
        may_approve: may,
    }
}

/// What stands beside the number of those who came in.
pub fn joined_words(invite: &Invite) -> String {
    counted(invite.joined.len(), "person came in by it", "people came in by it")
}

/// All of it as text, for tests.
#[cfg(test)]
pub fn text(data: &Data) -> String {
    let mut text = String::new();
    for request in &data.requests {
        let may = if request.may_approve { " *" } else { "" };
        text.push_str(&format!("? {} | {} | {}{may}\n", request.title, request.matching, request.words));
    }
    for invite in &data.invites {
        let may = if invite.may_end { " *" } else { "" };
        text.push_str(&format!("{} | {} | {}{may}\n", invite.title, invite.state, invite.words));
        for (name, words) in &invite.joined {
            text.push_str(&format!("    {name}: {words}\n"));
        }
    }
    text
}
