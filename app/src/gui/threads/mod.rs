//! Threads: what is said in one, what is being written, and the list of all of them.
//!
//! `data` is a thread as plain rows, `hint` what the foot of the composer says; `ui` and `composer` draw. What they
//! ask for is performed in `open::threads`.

use std::collections::BTreeMap;

use egui::Rect;
use tern_peer::Say;

use super::inbox::Tab;
use super::inbox::digest::DigestState;

pub mod composer;
pub mod data;
pub mod emergency;
pub mod group;
pub mod hint;
pub mod people;
pub mod ui;

/// Seconds without a letter after which what is written goes to the engine.
pub const SAVED_AFTER_SECS: f64 = 0.5;

/// Key of the composer of a thread that is not opened yet.
pub const NEW: &str = "";

/// Intents by word, as people read them.
pub const INTENTS: [(&str, &str); 5] = [
    ("fyi", "FYI"),
    ("question", "Question"),
    ("decision", "Decision"),
    ("review", "Review"),
    ("blocker", "Blocker"),
];

/// Urgencies by word, as people read them.
pub const URGENCIES: [(&str, &str); 3] =
    [("urgent", "Urgent, 4 h"), ("standard", "Standard, 24 h"), ("none", "No reply needed")];

/// The name of an intent or urgency.
pub fn named(of: &[(&str, &str)], word: &str) -> String {
    of.iter().find(|(known, _)| *known == word).map_or(word, |(_, name)| name).to_owned()
}

/// What the views of threads and of the inbox ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A thread is shown beside its list.
    Select(String),
    /// A part of the inbox is shown.
    Show(Tab),
    /// Back from a thread to its list, where there is room for one of them.
    BackToList,
    /// A new thread is written, perhaps on a page of this id and title.
    New(Option<(String, String)>),
    /// A new thread is written instead of a meeting: its title, and who is asked.
    Instead(String, Vec<String>),
    /// The new thread is on no page.
    OffPage,
    /// What is written is sent; held until their morning.
    Send {
        /// Held.
        hold: bool,
    },
    /// What is written has this intent.
    Intent(String),
    /// What is written is as urgent.
    Urgency(String),
    /// What is written is addressed to this member too.
    AddTo(String),
    /// And to this one not.
    DropTo(String),
    /// The line for the outcome opens.
    BeginClosing,
    /// The thread closes with what is typed there.
    Close,
    /// It stays open.
    GiveUpClosing,
    /// A message of one's own that waits is written anew.
    Edit {
        /// Which.
        message: String,
        /// What it says.
        body: String,
    },
    /// The text that was written anew is kept.
    EditDone,
    /// It is not.
    GiveUpEdit,
    /// A message that waits is called back; its text goes to the composer.
    CallBack {
        /// Which.
        message: String,
        /// What it says.
        body: String,
    },
    /// A moment was typed in a menu.
    Moment(Meant, String),
}

/// What a moment that is typed in a menu is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meant {
    /// A thread is away until then.
    Snooze(String),
    /// An answer in this thread comes until then.
    Promise(String),
}

/// What is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composer {
    /// Title of a new thread.
    pub title: String,
    /// The page that a new thread is on: id and title.
    pub on: Option<(String, String)>,
    /// The message.
    pub say: Say,
    /// What is typed where people are named.
    pub to: String,
    /// What the engine was last told, or last told us.
    pub known: (String, Say),
    /// The engine was told and has not said so yet.
    pub awaited: bool,
    /// It was handed to the engine, which has not answered yet.
    pub sending: bool,
    /// Why it was not sent.
    pub problem: Option<String>,
}

impl Composer {
    /// The intent that it has.
    pub fn intent(&self) -> &str {
        self.say.intent.as_deref().unwrap_or("fyi")
    }

    /// How urgent it is: what was chosen, else what fits the intent.
    pub fn urgency(&self) -> &str {
        let usual = if self.intent() == "fyi" { "none" } else { "standard" };
        self.say.urgency.as_deref().unwrap_or(usual)
    }

    /// Whether it breaks the quiet hours of whoever is on call.
    pub fn is_emergency(&self) -> bool {
        self.urgency() == emergency::EMERGENCY.0
    }

    /// What is kept of it: an empty message is none.
    pub fn kept(&self) -> (String, Say) {
        let title = self.title.trim().to_owned();
        let is_empty = title.is_empty() && self.say.body.trim().is_empty();
        (title, if is_empty { Say::default() } else { self.say.clone() })
    }

    /// Whether there is something that the engine was not told.
    pub fn is_unsaved(&self) -> bool {
        self.kept() != self.known
    }

    /// Whether something is written that the engine keeps.
    pub fn is_saved(&self) -> bool {
        !self.is_unsaved() && !self.awaited && self.known != (String::new(), Say::default())
    }

    /// Takes over what another device of one's own wrote, unless something is written here meanwhile.
    pub fn hear(&mut self, kept: (String, Say)) {
        if kept == self.known {
            self.awaited = false;
        } else if !self.awaited && !self.sending && !self.is_unsaved() {
            self.title.clone_from(&kept.0);
            self.say = kept.1.clone();
            self.known = kept;
        }
    }

    /// What stands in place of one that was sent, until the engine forgot the draft.
    pub fn after_sending() -> Composer {
        Composer { awaited: true, ..Composer::default() }
    }

    /// Why it cannot be sent.
    pub fn lacks(&self, is_new: bool) -> Option<&'static str> {
        let reason = self.say.reason.as_deref().unwrap_or_default();
        if self.sending {
            Some("It is on its way")
        } else if is_new && self.title.trim().is_empty() {
            Some("Give the thread a title first")
        } else if self.say.body.trim().is_empty() {
            Some("Write something first")
        } else if self.urgency() == "urgent" && reason.trim().is_empty() {
            Some("Say why it cannot wait first")
        } else if self.is_emergency() {
            self.say.criterion.is_none().then_some("Tick the criterion that it meets first")
        } else if is_new && self.urgency() != "none" && self.say.to.is_empty() {
            Some("Say who is asked first")
        } else {
            None
        }
    }
}

/// A thread that is in sight.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Which.
    pub thread: String,
    /// Since when, seconds of the window.
    pub since: f64,
    /// Up to where it is shown.
    pub heads: String,
    /// Something in it is unread.
    pub unread: bool,
    /// It is kept as unread.
    pub kept: bool,
}

/// What the views of threads and of the inbox remember between frames.
#[derive(Debug, Default)]
pub struct ThreadsState {
    /// The part of the inbox that is shown.
    pub tab: Tab,
    /// What changed while one was away.
    pub digest: DigestState,
    /// The answer that was last heard, of what may be.
    pub heard: usize,
    /// Messages that were held in it.
    pub held: std::collections::BTreeSet<String>,
    /// The thread beside the list.
    pub selected: Option<String>,
    /// Where it stood in the list.
    pub at: usize,
    /// The thread is shown in place of its list, where there is room for one of them.
    pub opened: bool,
    /// The selected row is brought into sight.
    pub reveal: bool,
    /// Where the selected row is drawn: menus opened by key hang from it.
    pub anchor: Option<Rect>,
    /// The selected row: the keyboard may be on it.
    pub row: Option<egui::Id>,
    /// What is being written, by thread.
    pub composers: BTreeMap<String, Composer>,
    /// The text of the composer gets the keyboard in the next frame.
    pub focus_composer: bool,
    /// The thread itself gets the keyboard in the next frame.
    pub focus_thread: bool,
    /// When something was typed that was not handed to the engine, seconds of the window.
    pub typed_at: Option<f64>,
    /// The outcome that is being written.
    pub outcome: Option<String>,
    /// The message that is being written anew, and its text.
    pub edit: Option<(String, String)>,
    /// The thread in sight.
    pub seen: Option<Seen>,
    /// Height that the composer had in the last frame.
    pub foot: f32,
    /// There is room for a list or a thread, not for both.
    pub narrow: bool,
    /// Key of the composer in sight.
    pub shown: Option<String>,
    /// Seconds of the window.
    pub now: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(body: &str) -> Say {
        Say { body: body.to_owned(), ..Say::default() }
    }

    #[test]
    fn a_draft_of_another_device_is_taken_over_only_where_nothing_is_written() {
        let mut composer = Composer::default();
        composer.hear((String::new(), say("from the other laptop")));
        assert_eq!(composer.say.body, "from the other laptop");
        assert!(composer.is_saved() && !composer.is_unsaved());
        composer.say.body.push_str(", and on");
        composer.hear((String::new(), say("something else")));
        assert_eq!(composer.say.body, "from the other laptop, and on", "what is typed stays");
        (composer.known, composer.awaited) = (composer.kept(), true);
        composer.hear((String::new(), say("from the other laptop")));
        assert_eq!(composer.say.body, "from the other laptop, and on", "an old answer takes nothing back");
        assert!(!composer.is_saved(), "nor is it said to be saved");
        composer.hear(composer.kept());
        assert!(composer.is_saved());
    }

    #[test]
    fn what_was_sent_does_not_come_back_as_a_draft() {
        let mut composer = Composer::after_sending();
        composer.hear((String::new(), say("sent")));
        assert!(composer.say.body.is_empty());
        composer.hear(Composer::default().kept());
        composer.hear((String::new(), say("of the other laptop")));
        assert_eq!(composer.say.body, "of the other laptop");
    }

    #[test]
    fn a_message_that_lacks_something_says_what() {
        let asks = |urgency: &str, reason: &str, to: &[&str]| Composer {
            title: "Boats".into(),
            say: Say {
                intent: Some("question".into()),
                urgency: Some(urgency.into()),
                reason: Some(reason.into()),
                to: to.iter().map(|who| (*who).to_owned()).collect(),
                ..say("Which one?")
            },
            ..Composer::default()
        };
        assert_eq!(Composer::default().lacks(true), Some("Give the thread a title first"));
        assert_eq!(Composer::default().lacks(false), Some("Write something first"));
        assert_eq!(asks("urgent", "", &["aiko"]).lacks(true), Some("Say why it cannot wait first"));
        assert_eq!(asks("urgent", "The ferry leaves", &["aiko"]).lacks(true), None);
        assert_eq!(asks("standard", "", &[]).lacks(true), Some("Say who is asked first"));
        assert_eq!(asks("standard", "", &[]).lacks(false), None, "a reply is for all who take part");
        let mut burning = asks("emergency", "", &[]);
        assert_eq!(burning.lacks(true), Some("Tick the criterion that it meets first"));
        burning.say.criterion = Some("Boats stand still".into());
        assert_eq!(burning.lacks(true), None, "whom it calls is agreed");
    }
}
