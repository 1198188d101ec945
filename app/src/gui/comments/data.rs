//! Threads of comments as plain rows.

use tern_peer::{CommentView, CommentsView, MembersView};

use crate::gui::clock::Clock;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who, `You` for oneself.
    pub who: String,
    /// Name for the initials.
    pub name: String,
    /// When, in both zones where they differ.
    pub when: String,
    /// What.
    pub text: String,
}

/// A thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Its id.
    pub id: String,
    /// The words it was put on; empty for the page as a whole.
    pub quote: String,
    /// What the quote cannot say: that its text is gone, that it is on the whole page.
    pub note: String,
    /// Whether it is resolved.
    pub resolved: bool,
    /// Messages, oldest first.
    pub said: Vec<Said>,
}

/// Comments on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Threads {
    /// Those that are shown.
    pub shown: Vec<Thread>,
    /// How many are open.
    pub open: usize,
    /// How many are resolved.
    pub resolved: usize,
}

/// Threads as rows; resolved ones only where they are asked for.
pub fn build(view: &CommentsView, members: Option<&MembersView>, clock: &Clock, resolved: bool) -> Threads {
    let open = view.threads.iter().filter(|thread| !thread.resolved).count();
    let wanted = view.threads.iter().filter(|thread| resolved || !thread.resolved);
    let shown = wanted.map(|thread| of(thread, members, clock)).collect();
    Threads { shown, open, resolved: view.threads.len() - open }
}

/// The zone of a member.
pub fn zone<'a>(members: Option<&'a MembersView>, id: &str) -> Option<&'a str> {
    members?.members.iter().find(|member| member.id == id).map(|member| member.zone.as_str())
}

fn of(thread: &CommentView, members: Option<&MembersView>, clock: &Clock) -> Thread {
    let said = thread.messages.iter().map(|message| {
        let theirs = if message.mine { None } else { zone(members, &message.author_id) };
        let name = if message.author.is_empty() { "Somebody".to_owned() } else { message.author.clone() };
        Said {
            who: if message.mine { "You".to_owned() } else { name.clone() },
            name,
            when: clock.both(&message.when, theirs),
            text: message.text.clone(),
        }
    });
    let note = match (thread.gone, thread.quote.is_empty()) {
        (true, _) => "This text is gone from the page",
        (false, true) => "On the page as a whole",
        (false, false) => "",
    };
    Thread {
        id: thread.id.clone(),
        quote: thread.quote.clone(),
        note: note.to_owned(),
        resolved: thread.resolved,
        said: said.collect(),
    }
}

/// `2 open`, `none open`
pub fn count_words(threads: &Threads) -> String {
    match (threads.open, threads.resolved) {
        (0, 0) => String::new(),
        (0, _) => "none open".to_owned(),
        (open, _) => format!("{open} open"),
    }
}

/// Threads as text, for tests.
#[cfg(test)]
pub fn text(threads: &Threads) -> String {
    let mut out = format!("{}\n", count_words(threads));
    for thread in &threads.shown {
        let resolved = if thread.resolved { " (resolved)" } else { "" };
        let note = if thread.note.is_empty() { String::new() } else { format!(" ({})", thread.note) };
        out += &format!("| {}{note}{resolved}\n", thread.quote);
        for said in &thread.said {
            out += &format!("{}, {}: {}\n", said.who, said.when, said.text);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tern_peer::{MemberView, MessageView};

    fn message(author: &str, mine: bool, when: &str, text: &str) -> MessageView {
        MessageView {
            author: author.into(),
            author_id: author.to_lowercase(),
            mine,
            when: when.into(),
            text: text.into(),
        }
    }

    #[test]
    fn threads_say_who_when_in_both_zones_and_that_their_text_is_gone() {
        let members = MembersView {
            members: vec![MemberView {
                id: "mia".into(),
                name: "Mia".into(),
                role: "writer".into(),
                zone: "Africa/Lagos".into(),
                devices: 1,
                state: "active".into(),
                me: false,
            }],
            ..MembersView::default()
        };
        let thread = |id: &str, quote: &str, gone, resolved, messages| CommentView {
            id: id.into(),
            quote: quote.into(),
            gone,
            resolved,
            messages,
            ..CommentView::default()
        };
        let view = CommentsView {
            threads: vec![
                thread(
                    "c0",
                    "",
                    false,
                    false,
                    vec![message("Zoe", false, "2026-11-24T09:00:00Z", "Good page.")],
                ),
                thread(
                    "c1",
                    "41 of 112 searches failed",
                    false,
                    false,
                    vec![
                        message("Mia", false, "2026-11-24T13:20:00Z", "Raw counts are in Battery tests."),
                        message("Ben", true, "2026-11-24T15:08:00Z", "Added the number above."),
                    ],
                ),
                thread(
                    "c2",
                    "on Friday",
                    true,
                    false,
                    vec![message("", false, "2026-11-23T06:20:00Z", "Which one?")],
                ),
                thread("c3", "old words", false, true, Vec::new()),
            ],
            heads: "p0".into(),
        };
        let clock = Clock::new(Some(1_795_533_000_000), "Europe/London");
        assert_eq!(
            text(&build(&view, Some(&members), &clock, false)),
            "3 open
|  (On the page as a whole)
Zoe, 09:00: Good page.
| 41 of 112 searches failed
Mia, 13:20 · 14:20 theirs: Raw counts are in Battery tests.
You, 15:08: Added the number above.
| on Friday (This text is gone from the page)
Somebody, Mon 06:20: Which one?
"
        );
        let all = text(&build(&view, None, &clock, true));
        assert!(all.contains("| old words (resolved)"));
        assert_eq!(count_words(&Threads { open: 0, resolved: 1, shown: Vec::new() }), "none open");
        assert_eq!(count_words(&Threads::default()), "");
    }
}
