//! Writing into a thread: every act is an entry at the end of a list.

use super::read::short_id;
use super::{
    ACKS, AckKind, CLOSINGS, EDITS, Intent, MAX_ADDRESSED, MAX_LINE_BYTES, REACHED, Release, Urgency,
};
use crate::crdt::{At, Node, Obj, Read, Scalar};
use crate::doc::{Changes, Doc, Heads, ModelError, Stamp};
use crate::thread::{AT, BY, MAX_MESSAGE_BYTES, MESSAGES, SAYS};

pub(super) const INTENT: &str = "intent";
pub(super) const URGENCY: &str = "urgency";
pub(super) const REASON: &str = "reason";
pub(super) const CRITERION: &str = "criterion";
pub(super) const TO: &str = "to";
pub(super) const NAMED: &str = "named";
pub(super) const DELIVER_AT: &str = "deliver_at";
pub(super) const ZONE: &str = "zone";
pub(super) const CANCELLED: &str = "cancelled";
pub(super) const MESSAGE: &str = "message";
pub(super) const SAYS_KIND: &str = "kind";
pub(super) const UNTIL: &str = "until";
pub(super) const HAND_ON: &str = "hand_on";
pub(super) const WHO: &str = "who";
pub(super) const OUTCOME: &str = "outcome";

pub(super) const POST_KEYS: [&str; 11] =
    [BY, AT, SAYS, INTENT, URGENCY, REASON, CRITERION, TO, NAMED, DELIVER_AT, ZONE];
pub(super) const ACK_KEYS: [&str; 5] = [MESSAGE, SAYS_KIND, UNTIL, HAND_ON, AT];
pub(super) const REACHED_KEYS: [&str; 3] = [MESSAGE, WHO, AT];
pub(super) const EDIT_KEYS: [&str; 6] = [MESSAGE, SAYS, DELIVER_AT, ZONE, CANCELLED, AT];
pub(super) const CLOSING_KEYS: [&str; 2] = [OUTCOME, AT];

/// A message to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewPost {
    /// What it says.
    pub text: String,
    /// What it wants.
    pub intent: Intent,
    /// How soon.
    pub urgency: Urgency,
    /// Why it cannot wait.
    pub reason: String,
    /// Of an emergency: which criterion it meets.
    pub criterion: String,
    /// Whom it is addressed to, member ids in hex.
    pub to: Vec<String>,
    /// Who is named in the text.
    pub named: Vec<String>,
    /// When it appears.
    pub release: Option<Release>,
}

/// What its author changes of a message; `None` leaves a part as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Amend {
    /// Another text.
    pub text: Option<String>,
    /// Another time at which it appears.
    pub release: Option<Release>,
    /// Calls it back.
    pub cancelled: bool,
}

pub(super) fn text(value: &str) -> Scalar {
    Scalar::Str(value.to_owned())
}

pub(super) fn bounded(what: &str, value: &str, most_bytes: usize) -> Result<(), ModelError> {
    if value.len() <= most_bytes {
        return Ok(());
    }
    Err(ModelError::TooLarge(format!("{what} holds at most {most_bytes} bytes")))
}

impl Doc {
    /// Adds a message; answers with its id. `by` is the author's member id, hex.
    pub fn post(&mut self, stamp: &Stamp, by: &str, post: &NewPost) -> Result<(Changes, String), ModelError> {
        bounded("a message", &post.text, MAX_MESSAGE_BYTES)?;
        bounded("a reason", &post.reason, MAX_LINE_BYTES)?;
        bounded("a criterion", &post.criterion, MAX_LINE_BYTES)?;
        if post.to.len() > MAX_ADDRESSED || post.named.len() > MAX_ADDRESSED {
            return Err(ModelError::TooLarge(format!("a message names at most {MAX_ADDRESSED} people")));
        }
        let mut entry = vec![(BY, text(by)), (AT, Scalar::Int(stamp.time_ms)), (SAYS, text(&post.text))];
        entry.push((INTENT, text(post.intent.name())));
        entry.push((URGENCY, text(post.urgency.name())));
        if !post.reason.is_empty() {
            entry.push((REASON, text(&post.reason)));
        }
        if !post.criterion.is_empty() {
            entry.push((CRITERION, text(&post.criterion)));
        }
        for (key, members) in [(TO, &post.to), (NAMED, &post.named)] {
            if !members.is_empty() {
                entry.push((key, Scalar::Str(members.join(","))));
            }
        }
        if let Some(release) = &post.release {
            entry.push((DELIVER_AT, Scalar::Int(release.at_ms)));
            entry.push((ZONE, text(&release.zone)));
        }
        self.append(stamp, MESSAGES, &entry)
    }

    /// Acknowledges a message.
    pub fn acknowledge(
        &mut self,
        stamp: &Stamp,
        message: &str,
        kind: AckKind,
        until_ms: Option<i64>,
        hand_on: Option<&str>,
    ) -> Result<Changes, ModelError> {
        let mut entry = vec![(MESSAGE, text(message)), (SAYS_KIND, text(kind.name()))];
        entry.extend(until_ms.map(|at| (UNTIL, Scalar::Int(at))));
        entry.extend(hand_on.map(|member| (HAND_ON, text(member))));
        entry.push((AT, Scalar::Int(stamp.time_ms)));
        Ok(self.append(stamp, ACKS, &entry)?.0)
    }

    /// Notes that a message reached a device of a member, or a node ([`super::NODE`]), at some time.
    pub fn note_reached(
        &mut self,
        stamp: &Stamp,
        message: &str,
        who: &str,
        at_ms: i64,
    ) -> Result<Changes, ModelError> {
        let entry = [(MESSAGE, text(message)), (WHO, text(who)), (AT, Scalar::Int(at_ms))];
        Ok(self.append(stamp, REACHED, &entry)?.0)
    }

    /// Changes a message of one's own.
    pub fn amend(&mut self, stamp: &Stamp, message: &str, amend: &Amend) -> Result<Changes, ModelError> {
        let mut entry = vec![(MESSAGE, text(message))];
        if let Some(says) = &amend.text {
            bounded("a message", says, MAX_MESSAGE_BYTES)?;
            entry.push((SAYS, text(says)));
        }
        if let Some(release) = &amend.release {
            entry.push((DELIVER_AT, Scalar::Int(release.at_ms)));
            entry.push((ZONE, text(&release.zone)));
        }
        if amend.cancelled {
            entry.push((CANCELLED, Scalar::Bool(true)));
        }
        entry.push((AT, Scalar::Int(stamp.time_ms)));
        Ok(self.append(stamp, EDITS, &entry)?.0)
    }

    /// Closes the thread with an outcome; without one, opens it again.
    pub fn close(&mut self, stamp: &Stamp, outcome: Option<&str>) -> Result<Changes, ModelError> {
        bounded("an outcome", outcome.unwrap_or_default(), MAX_LINE_BYTES)?;
        let mut entry = vec![(AT, Scalar::Int(stamp.time_ms))];
        entry.extend(outcome.map(|outcome| (OUTCOME, text(outcome))));
        Ok(self.append(stamp, CLOSINGS, &entry)?.0)
    }

    /// Adds a map at the end of a root list; answers with its short id.
    pub(crate) fn append(
        &mut self,
        stamp: &Stamp,
        list: &str,
        entry: &[(&str, Scalar)],
    ) -> Result<(Changes, String), ModelError> {
        let before: Heads = self.heads();
        let mut tx = self.crdt.edit(stamp)?;
        let list = match tx.get(&Obj::root(), At::Key(list)) {
            Some(Node::List(list)) => list,
            _ => tx.put_list(&Obj::root(), list)?,
        };
        let end = tx.len(&list);
        let map = tx.insert_map(&list, end)?;
        for (key, value) in entry {
            tx.put(&map, key, value.clone())?;
        }
        let (crdt, chunks) = tx.finish(&before)?;
        self.crdt = crdt;
        Ok((Changes(chunks), short_id(&map.id())))
    }
}
