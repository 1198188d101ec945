//! A thread as plain rows.

use tern_peer::{AckView, ExpectedView, PostView, ThreadView};

use super::group::{self, Group};
use super::people;
use super::{INTENTS, emergency, named};
use crate::gui::clock::Clock;
use crate::gui::views::Views;

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// Who wrote it, `You` for oneself.
    pub who: String,
    /// Name for the initials.
    pub name: String,
    /// Whether it is in their hours.
    pub working: bool,
    /// Its intent, where it is more than to be known.
    pub intent: Option<String>,
    /// When, in both zones where they differ.
    pub when: String,
    /// When, in both zones and in UTC.
    pub everywhere: String,
    /// What it says.
    pub body: String,
    /// Urgency, and what is expected of whom by when.
    pub expected: Vec<String>,
    /// Acknowledgements.
    pub acks: Vec<String>,
    /// Of an own message: where it has arrived.
    pub ladder: String,
    /// The same with times, a line a rung.
    pub rungs: String,
    /// Of an own message that has not appeared: that.
    pub waiting: Option<String>,
    /// It is unread.
    pub unread: bool,
}

/// A thread.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// Full id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it belongs to: kind, id, title.
    pub on: Option<(String, String, String)>,
    /// Who takes part.
    pub people: String,
    /// What came of it, and who said so when.
    pub outcome: Option<(String, String)>,
    /// Outcomes before it was opened again.
    pub before: Vec<String>,
    /// Messages in their order.
    pub messages: Vec<Message>,
    /// Votes and questions that come again.
    pub group: Group,
    /// It is muted.
    pub muted: bool,
}

/// A thread as rows.
pub fn build(view: &ThreadView, views: &Views, clock: &Clock) -> Thread {
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let name = |person: &tern_peer::PersonView| {
        if person.id == me { "you".to_owned() } else { person.name.clone() }
    };
    let people: Vec<String> = view.participants.iter().map(name).collect();
    let said = |closing: &tern_peer::ClosingView| format!("{}, {}", closing.by, clock.words(&closing.when));
    let earlier = view.closings.iter().filter(|closing| Some(*closing) != view.closed.as_ref());
    Thread {
        id: view.id.clone(),
        title: view.title.clone(),
        on: view.on.as_ref().map(|on| (on.kind.clone(), on.id.clone(), on.title.clone())),
        people: people.join(", "),
        outcome: view
            .closed
            .as_ref()
            .map(|closing| (closing.outcome.clone().unwrap_or_default(), said(closing))),
        before: earlier
            .filter_map(|closing| Some(format!("{} — {}", closing.outcome.as_ref()?, said(closing))))
            .collect(),
        messages: view.messages.iter().map(|post| message(post, views, clock)).collect(),
        group: group::build(view),
        muted: view.muted,
    }
}

fn message(post: &PostView, views: &Views, clock: &Clock) -> Message {
    let zone = people::zone(views, &post.author_id);
    let theirs = if post.mine { None } else { zone };
    let name = if post.author.is_empty() { "Somebody" } else { &post.author };
    let edited = if post.edited.is_some() { ", edited" } else { "" };
    let rung = |rung: &tern_peer::DeliveredView| match &rung.when {
        Some(when) => format!("{}, {}", rung.text, clock.words(when)),
        None => rung.text.clone(),
    };
    let rungs: Vec<String> = post.delivered.iter().map(rung).collect();
    let names: Vec<&str> = post.delivered.iter().map(|rung| rung.text.as_str()).collect();
    Message {
        id: post.id.clone(),
        who: if post.mine { "You".to_owned() } else { name.to_owned() },
        name: name.to_owned(),
        working: people::is_working(views, &post.author_id),
        intent: (post.intent != "fyi").then(|| named(&INTENTS, &post.intent)),
        when: format!("{}{edited}", clock.both(&post.sent, theirs)),
        everywhere: clock.everywhere(&post.sent, name, theirs),
        body: post.body.clone(),
        expected: expected(post, views, clock),
        acks: post.acks.iter().map(|ack| ack_words(ack, views, clock)).collect(),
        ladder: if post.mine { names.join("  ·  ") } else { String::new() },
        rungs: rungs.join("\n"),
        waiting: post.waiting.clone(),
        unread: post.unread,
    }
}

/// `Standard · expected by your Mon 09:00, Mon 18:00 theirs`, a line a person asked.
fn expected(post: &PostView, views: &Views, clock: &Clock) -> Vec<String> {
    let met = Some(&post.criterion).filter(|criterion| !criterion.is_empty());
    let mut lines: Vec<String> = met.map(|criterion| format!("Emergency: {criterion}")).into_iter().collect();
    if post.expected.is_empty() {
        return lines;
    }
    let me = views.about.get().map(|about| about.member.as_str()).unwrap_or_default();
    let full = named(&emergency::ALL, &post.urgency);
    let urgency = full.split(',').next().unwrap_or_default();
    if !post.reason.is_empty() {
        lines.push(format!("Cannot wait: {}", post.reason));
    }
    for one in &post.expected {
        let other = if one.id == me { &post.author_id } else { &one.id };
        let words = expected_words(one, people::zone(views, other), clock, one.id == me);
        lines.push(format!("{urgency} · {words}"));
    }
    lines
}

fn expected_words(one: &ExpectedView, zone: Option<&str>, clock: &Clock, of_me: bool) -> String {
    let who = if of_me { "you" } else { &one.name };
    match (one.state.as_str(), &one.by) {
        ("answered", _) => format!("{who} answered"),
        ("closed", _) => format!("nothing more expected of {who}"),
        (_, Some(by)) => {
            let by = clock.due_both(by, zone);
            if of_me { format!("expected by {by}") } else { format!("{who} expected by {by}") }
        }
        _ => one.text.clone(),
    }
}

fn ack_words(ack: &AckView, views: &Views, clock: &Clock) -> String {
    let zone = people::zone(views, &ack.by_id);
    match ack.kind.as_str() {
        "seen" => format!("{} saw it, {}", ack.by, clock.words(&ack.when)),
        "will_answer" => match &ack.until {
            Some(until) => format!("{} will answer by {}", ack.by, clock.due_both(until, zone)),
            None => format!("{} will answer", ack.by),
        },
        _ => match &ack.hand_on {
            Some(name) => format!("{} handed it on to {name}", ack.by),
            None => format!("{}: not me", ack.by),
        },
    }
}

/// A stretch of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// It is a link.
    pub link: bool,
    /// Where that leads.
    pub href: String,
}

/// Begins of what is a link in a message.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tern:"];

/// A message in stretches: addresses in it are links.
pub fn pieces(body: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut rest = body;
    while let Some(at) = SCHEMES.iter().filter_map(|scheme| rest.find(scheme)).min() {
        if let Some((before, named, after)) = named_link(rest, at) {
            push(&mut found, before, false);
            found.push(named);
            rest = after;
            continue;
        }
        let (before, from) = rest.split_at(at);
        let begins = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let address =
            from.get(..end).unwrap_or(from).trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '”', '"']);
        let bare = SCHEMES.contains(&address) || address.len() < SCHEMES[3].len();
        let link = begins && !bare;
        let taken = if link { address.len() } else { end.max(1) };
        push(&mut found, before, false);
        push(&mut found, from.get(..taken).unwrap_or(from), link);
        rest = from.get(taken..).unwrap_or_default();
    }
    push(&mut found, rest, false);
    found
}

fn push(found: &mut Vec<Piece>, text: &str, link: bool) {
    match found.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if !last.link && !link => last.text.push_str(text),
        _ => found.push(Piece { text: text.to_owned(), link, href: text.to_owned() }),
    }
}

/// The link `[words](address)` whose address begins at `at`: what stands before it, the link, and what stands after it.
fn named_link(text: &str, at: usize) -> Option<(&str, Piece, &str)> {
    let before = text.get(..at)?.strip_suffix("](")?;
    let begins = before.rfind('[')?;
    let words = before.get(begins + 1..)?;
    let rest = text.get(at..)?;
    let end = rest.find(|c: char| c == ')' || c.is_whitespace())?;
    let is_one = rest.get(end..)?.starts_with(')') && !words.trim().is_empty() && !words.contains('\n');
    let href = rest.get(..end)?.to_owned();
    let words = words.replace('\\', "");
    is_one.then(|| (&text[..begins], Piece { text: words, link: true, href }, &rest[end + 1..]))
}

/// A thread as text, for tests.
#[cfg(test)]
pub fn text(thread: &Thread) -> String {
    let mut out = format!("{} ({})\n", thread.title, thread.people);
    if let Some((outcome, said)) = &thread.outcome {
        out += &format!("Outcome: {outcome} — {said}\n");
    }
    for before in &thread.before {
        out += &format!("Before: {before}\n");
    }
    for message in &thread.messages {
        let intent = message.intent.as_ref().map(|intent| format!(" [{intent}]")).unwrap_or_default();
        out += &format!("{}{intent}, {}: {}\n", message.who, message.when, message.body);
        let quiet = message.expected.iter().chain(&message.acks).chain(&message.waiting);
        out.extend(quiet.map(|line| format!("  {line}\n")));
        if !message.ladder.is_empty() {
            out += &format!("  {}\n", message.ladder);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_a_message_are_links_and_what_ends_the_sentence_is_not() {
        let shown = |body: &str| {
            let piece =
                |piece: &Piece| if piece.link { format!("[{}]", piece.text) } else { piece.text.clone() };
            pieces(body).iter().map(piece).collect::<String>()
        };
        for (body, links) in [
            ("See https://a.example/b, then tern:launch.", "See [https://a.example/b], then [tern:launch]."),
            ("(http://a.example)", "([http://a.example])"),
            ("pattern:x and https:// alone", "pattern:x and https:// alone"),
            ("mailto:a@b.example\nnext", "[mailto:a@b.example]\nnext"),
            ("javascript:alert(1)", "javascript:alert(1)"),
            ("Done: [Index, v2](tern:abc), [x](javascript:y).", "Done: [Index, v2], [x](javascript:y)."),
            ("[a](https://b.example/c) [](tern:x)", "[a] []([tern:x])"),
            ("", ""),
        ] {
            assert_eq!(shown(body), links, "{body}");
        }
    }
}
