//! Requests and answers about who is in a workspace: members, devices, invites, spaces, review, recovery.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Ref;

/// A change of who may do what. Names of people and devices are ids, unique prefixes or, for people, names.
#[derive(Debug, Clone)]
pub enum AccessCommand {
    /// Ends an invite; the workspace's key changes, so that its ticket opens nothing new.
    InviteRevoke {
        /// Key of the invite or a prefix.
        invite: String,
    },
    /// Lets somebody in who asked with a ticket that needs approval.
    Approve {
        /// Id of the request (the Join) or a prefix, or the name of who asks.
        request: String,
        /// Role; the one the invite offers when `None`.
        role: Option<String>,
    },
    /// Removes a member: their devices get nothing new, their later edits wait in review, the key changes.
    MemberRemove {
        /// Who.
        member: String,
    },
    /// Brings a removed member back.
    MemberRestore {
        /// Who.
        member: String,
        /// The role from now on.
        role: String,
    },
    /// Leaves the workspace; what is here stays readable here.
    Leave,
    /// Removes a device, one's own or (Admins) another member's.
    DeviceRemove {
        /// Which.
        device: String,
    },
    /// A notice (a device of mine was added) was read.
    NoticeSeen {
        /// Id of the notice.
        notice: String,
    },
    /// Applies edits that were set aside.
    ReviewAdmit {
        /// Entry or a prefix.
        entry: String,
    },
    /// Hides an entry from review; its edits stay set aside and kept.
    ReviewDiscard {
        /// Entry or a prefix.
        entry: String,
    },
    /// Writes the text of an entry's documents, with its edits applied, to a Markdown file.
    ReviewExport {
        /// Entry or a prefix.
        entry: String,
        /// The file; never replaced.
        file: PathBuf,
    },
    /// A new space.
    SpaceNew {
        /// Title.
        title: String,
        /// Private: own keys and roles; else open to everybody in the workspace.
        private: bool,
        /// Members to begin with, as writers.
        with: Vec<String>,
    },
    /// Adds a member to a private space, or changes their role in it.
    SpaceAdd {
        /// Which.
        space: String,
        /// Who.
        member: String,
        /// `admin`, `writer`, `commenter`, `reader`.
        role: String,
    },
    /// Removes a member from a private space.
    SpaceRemove {
        /// Which.
        space: String,
        /// Who.
        member: String,
    },
    /// Moves a page and those below it to another space: copies with their content there, trash here.
    PageToSpace {
        /// Which.
        page: Ref,
        /// Id, prefix or title of the space.
        space: String,
    },
}

/// Invites of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct InvitesView {
    /// Live ones first, then the newest.
    pub invites: Vec<InviteView>,
    /// People who asked with a ticket that needs approval.
    pub requests: Vec<RequestView>,
}

/// One invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InviteView {
    /// Key of the invite, hex.
    pub id: String,
    /// Role it offers.
    pub role: String,
    /// `open` or `approve`.
    pub mode: String,
    /// How many may use it.
    pub uses: u16,
    /// How many did.
    pub used: usize,
    /// Until when it is meant, RFC 3339.
    pub expires: String,
    /// Who made it.
    pub by: String,
    /// `live`, `used up`, `expired` or `ended`.
    pub state: String,
    /// Who came in by it.
    pub joined: Vec<JoinedView>,
}

/// Somebody who came in by an invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JoinedView {
    /// Member id, hex.
    pub member: String,
    /// Name.
    pub name: String,
    /// Four words that both sides show; they match when nobody stands in between.
    pub words: String,
}

/// Somebody who waits to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestView {
    /// Id of the request, hex.
    pub id: String,
    /// Member id they will have, hex.
    pub member: String,
    /// Role the invite offers.
    pub role: String,
    /// Key of the invite, hex.
    pub invite: String,
    /// Four words that both sides show.
    pub words: String,
    /// Claimed day of the request, RFC 3339 date.
    pub when: String,
}

/// Edits that are kept but do not count, grouped by author and reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReviewView {
    /// Those one can decide on first.
    pub entries: Vec<ReviewEntry>,
}

/// Edits of one device to one document that wait for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewEntry {
    /// Id of the entry, hex.
    pub id: String,
    /// Name of the author.
    pub author: String,
    /// The author's device, hex.
    pub device: String,
    /// Why they are set aside, in words.
    pub reason: String,
    /// Number of sealed edits.
    pub items: u64,
    /// Full id of the document they touch, when it is known.
    pub document: Option<String>,
    /// Its title.
    pub title: String,
    /// What the edits would add, in a few words.
    pub preview: String,
    /// Since when they are here, RFC 3339.
    pub since: String,
    /// Whether they can be admitted.
    pub admissible: bool,
}

/// What becomes visible to whom when a page moves to another space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovePreview {
    /// Pages that would move.
    pub pages: u64,
    /// Where to.
    pub space: String,
    /// People who could read it then and cannot now.
    pub gains: Vec<String>,
    /// People who can read it now and would get nothing new.
    pub loses: Vec<String>,
    /// The same in one sentence.
    pub text: String,
}

/// Things a person should know about their own devices and the workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NoticesView {
    /// Unread ones, oldest first.
    pub notices: Vec<NoticeView>,
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeView {
    /// Id, hex.
    pub id: String,
    /// `device_added`: to one's own account, elsewhere. `other_copy`: edits of this device that it did not write.
    pub kind: String,
    /// One sentence.
    pub text: String,
    /// Key of the device that was added, or of this one, hex.
    pub device: String,
    /// Key of the device that added it, hex; empty where none did.
    pub added_by: String,
}

/// How the linking of a device stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkState {
    /// `waiting` for the new device, `asking` for confirmation, `done`, `refused`, `expired`.
    pub state: String,
    /// Four words that both devices show.
    pub words: String,
    /// Key of the new device, hex.
    pub device: String,
}
