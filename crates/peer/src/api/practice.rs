//! Documents of practice and asking a group: meetings, upkeep of pages, working agreements, on-call, votes and questions
//! that come again.

use serde::Serialize;

use super::{ConflictView, IncidentView, IncidentsView, PersonView, Ref, TaskStep};

/// Something that changes a document of practice. Each answers with a [`PracticeView`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PracticeCommand {
    /// Makes a page from the template of meetings and says whether writing would do.
    MeetingNew {
        /// Title.
        title: String,
        /// Who is asked to come: ids, prefixes or names.
        with: Vec<String>,
        /// When it begins, a moment.
        starts: Option<String>,
        /// Page above it.
        parent: Option<Ref>,
        /// Space it lies in.
        space: Option<String>,
    },
    /// Changes fields of a meeting: `state outcome attendees present excused starts owner`. `on` needs an agenda, `closed` an
    /// outcome; closing makes tasks of the lines under Actions.
    MeetingSet {
        /// Which page.
        page: Ref,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Changes who answers for a page, when it is looked at again and to which project it belongs: `owner review_by
    /// review_days project`; of an incident also `state outcome severity affected started resolved`.
    PageSet {
        /// Which page.
        page: Ref,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// The same of an incident, which answers with it. `closed` needs an outcome, and is its end where that is not said.
    IncidentSet {
        /// Which page.
        page: Ref,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Says that a page is still true, until its next look.
    StillTrue {
        /// Which page.
        page: Ref,
    },
    /// Changes what a working agreement configures: `urgent_hours standard_hours quiet meeting_minutes criteria ladder
    /// rota`.
    AgreementSet {
        /// Which page; the one in force when `None`.
        page: Option<Ref>,
        /// Names and values as typed; an empty value clears.
        fields: Vec<(String, String)>,
    },
    /// Asks for votes in a thread.
    VoteNew {
        /// Which thread.
        thread: Ref,
        /// What is asked.
        question: String,
        /// What can be chosen.
        options: Vec<String>,
        /// Who votes; the other participants when empty.
        to: Vec<String>,
        /// Working hours that every voter has.
        hours: Option<u32>,
    },
    /// Votes, or votes otherwise until the poll closes.
    VoteCast {
        /// Which thread.
        thread: Ref,
        /// Id of the poll or a prefix; the newest when `None`.
        poll: Option<String>,
        /// The option, or its number from 1 on.
        option: String,
    },
    /// Asks a group again and again, in a thread of its own.
    QuestionNew {
        /// What is asked; also the title of the thread.
        question: String,
        /// Days and local time: `Mon-Fri 09:30`.
        when: String,
        /// Who is asked.
        to: Vec<String>,
        /// The page, task or project that it belongs to.
        on: Option<Ref>,
        /// Space it lies in.
        space: Option<String>,
    },
    /// Answers what is due.
    QuestionAnswer {
        /// Which thread.
        thread: Ref,
        /// The answer.
        body: String,
    },
    /// Lets what is due go; nobody sees that.
    QuestionSkip {
        /// Which thread.
        thread: Ref,
    },
}

/// A question about documents of practice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PracticeQuery {
    /// All meetings.
    Meetings {
        /// Only those in this state.
        state: Option<String>,
    },
    /// One meeting.
    Meeting {
        /// Which page.
        page: Ref,
    },
    /// Whether a meeting of these people is worth it.
    MeetingCard {
        /// Members by name or id.
        with: Vec<String>,
    },
    /// Pages that are to be looked at, the earliest first.
    Upkeep {
        /// Only this page.
        page: Option<Ref>,
    },
    /// Incidents, those that are not closed first; or one.
    Incidents {
        /// Only this page.
        page: Option<Ref>,
    },
    /// What is agreed, and what it configures.
    Agreement {
        /// Which page; the one in force when `None`.
        page: Option<Ref>,
        /// Who is on call at this moment; now when `None`.
        at: Option<String>,
    },
    /// What stands over a page: its meeting, what it configures, or its upkeep.
    Head {
        /// Which page.
        page: Ref,
    },
    /// Polls of a thread.
    Votes {
        /// Which thread.
        thread: Ref,
    },
    /// Questions that come again.
    Questions {
        /// Only those of this thread.
        thread: Option<Ref>,
    },
}

/// What a command or question about documents of practice answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PracticeView {
    /// See [`PracticeQuery::Meetings`].
    Meetings(MeetingsView),
    /// See [`PracticeQuery::Meeting`].
    Meeting(Box<MeetingView>),
    /// See [`PracticeQuery::MeetingCard`].
    Card(MeetingCard),
    /// See [`PracticeQuery::Upkeep`].
    Upkeep(UpkeepView),
    /// See [`PracticeQuery::Incidents`].
    Incidents(IncidentsView),
    /// See [`PracticeCommand::IncidentSet`].
    Incident(Box<IncidentView>),
    /// See [`PracticeQuery::Agreement`].
    Agreement(Box<AgreementView>),
    /// See [`PracticeQuery::Votes`].
    Votes(VotesView),
    /// See [`PracticeQuery::Questions`].
    Questions(QuestionsView),
}

/// Meetings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MeetingsView {
    /// Those that are not over first, then by time.
    pub meetings: Vec<MeetingView>,
}

/// A meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MeetingView {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// `planned`, `on` or `closed`.
    pub state: String,
    /// Who called it.
    pub owner: Option<PersonView>,
    /// When it begins, RFC 3339 with the zone it was meant in.
    pub starts: Option<String>,
    /// The same in the reader's zone, in words.
    pub starts_local: Option<String>,
    /// Who is asked to come.
    pub attendees: Vec<AttendeeView>,
    /// Lines of the agenda.
    pub agenda: Vec<String>,
    /// What came of it.
    pub outcome: String,
    /// What is to be done.
    pub actions: Vec<ActionView>,
    /// `agenda` or `outcome` where that keeps it from its next state.
    pub lacks: Option<String>,
    /// Whether writing would do; none once it is over.
    pub card: Option<MeetingCard>,
    /// Values that others wrote at the same time and that lost.
    pub conflicts: Vec<ConflictView>,
    /// Last change, RFC 3339 with zone.
    pub updated: String,
    /// The way back of a command that changed it, for [`TaskCommand::PutBack`](super::TaskCommand::PutBack); none of closing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<TaskStep>,
}

/// Somebody who is asked to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AttendeeView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// Whether they were there.
    pub present: bool,
    /// Whether they said that they cannot come.
    pub excused: bool,
    /// Whether the meeting is over and they were neither there nor excused.
    pub missed: bool,
    /// When it begins in their own zone, in words.
    pub local: Option<String>,
    /// Whether that lies in their working hours.
    pub in_hours: Option<bool>,
}

/// A line under Actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ActionView {
    /// Its words.
    pub text: String,
    /// Full id of the task that was made of it.
    pub task: Option<String>,
    /// State of that task.
    pub status: Option<String>,
    /// Whose it is.
    pub owner: Option<PersonView>,
}

/// Whether a meeting is worth it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MeetingCard {
    /// `write` or `choose`.
    pub recommends: String,
    /// Minutes that all of them share on the day of the next seven on which they share most.
    pub shared_minutes: i64,
    /// Minutes below which writing is recommended.
    pub needed_minutes: i64,
    /// In words.
    pub text: String,
    /// What meeting is for.
    pub meet_for: Vec<String>,
    /// What writing is for.
    pub write_for: Vec<String>,
}

/// Pages that are to be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpkeepView {
    /// The earliest first.
    pub pages: Vec<UpkeepPage>,
}

/// A page that is to be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpkeepPage {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// Who answers for it.
    pub owner: Option<PersonView>,
    /// Whether that is oneself.
    pub mine: bool,
    /// By when, `YYYY-MM-DD[zone]`; none where nobody has to look.
    pub review_by: Option<String>,
    /// The instant at which that ends, RFC 3339 in UTC.
    pub at: Option<String>,
    /// Whether that is past.
    pub overdue: bool,
    /// Days from one look to the next.
    pub days: u32,
    /// The day on which somebody last said that it is still true.
    pub still_true: Option<String>,
    /// Who that was.
    pub still_true_by: Option<PersonView>,
    /// The way back of a command that changed it, for [`TaskCommand::PutBack`](super::TaskCommand::PutBack).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<TaskStep>,
}

/// A working agreement and what it configures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AgreementView {
    /// Full id of the page; none where nothing is agreed.
    pub id: Option<String>,
    /// Title.
    pub title: String,
    /// Whether it is the one that holds in its space.
    pub in_force: bool,
    /// The one that holds there, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_by: Option<AgreementLink>,
    /// Further agreements that say something there and do not hold, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<AgreementLink>,
    /// Working hours for an urgent answer.
    pub urgent_hours: u32,
    /// Hours for an ordinary answer.
    pub standard_hours: u32,
    /// `hours` or `checkins`.
    pub quiet: String,
    /// Minutes shared that make a meeting worth it.
    pub meeting_minutes: u32,
    /// What an emergency is.
    pub criteria: Vec<String>,
    /// Who is called after how many minutes.
    pub ladder: Vec<LadderStep>,
    /// Who is on call when, in local times.
    pub rota: Vec<RotaEntry>,
    /// Who is on call at the moment asked about.
    pub on_call: Vec<PersonView>,
    /// That moment, RFC 3339 with zone.
    pub at: String,
    /// Who is on call after that, in order: up to the first change that brings somebody.
    pub then: Vec<DutyView>,
    /// What it configures, in sentences.
    pub configures: Vec<String>,
    /// Names of the fields that it says something in; the others are as usual.
    pub says: Vec<String>,
    /// Values that others wrote at the same time and that lost.
    pub conflicts: Vec<ConflictView>,
    /// The way back of a command that changed it, for [`TaskCommand::PutBack`](super::TaskCommand::PutBack).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<TaskStep>,
}

/// Another working agreement in a few words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AgreementLink {
    /// Full id of the page.
    pub id: String,
    /// Title.
    pub title: String,
    /// When it was made, RFC 3339 with zone: the oldest one holds.
    pub made: String,
}

/// Who is on call from an instant on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct DutyView {
    /// That instant, RFC 3339 with the reader's zone.
    pub from: String,
    /// Who; nobody where it is empty.
    pub who: Vec<PersonView>,
}

/// A step of the ladder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LadderStep {
    /// Minutes since the emergency was said.
    pub minutes: u32,
    /// Who; none for whoever is on call.
    pub who: Option<PersonView>,
}

/// An entry of the rota.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RotaEntry {
    /// Who.
    pub who: PersonView,
    /// Dates and hours in their own time.
    pub when: String,
    /// Their zone.
    pub zone: String,
}

/// Polls of a thread.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VotesView {
    /// Full id of the thread.
    pub thread: String,
    /// Its title.
    pub title: String,
    /// In their order.
    pub polls: Vec<PollView>,
}

/// A poll.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PollView {
    /// Id within the thread.
    pub id: String,
    /// The message that asks.
    pub message: String,
    /// What is asked.
    pub question: String,
    /// Who asks.
    pub by: PersonView,
    /// Working hours that every voter has.
    pub hours: u32,
    /// What can be chosen, with votes in time.
    pub options: Vec<OptionView>,
    /// Who votes.
    pub voters: Vec<VoterView>,
    /// When it closes, RFC 3339 in UTC; none while it has not reached everybody.
    pub closes: Option<String>,
    /// The same in the reader's zone, in words.
    pub closes_local: Option<String>,
    /// Whether that is past.
    pub closed: bool,
    /// The option that most chose; none at a tie.
    pub leads: Option<String>,
    /// Place of the option that oneself chose, from 1 on.
    pub mine: Option<usize>,
    /// Whether oneself may vote now.
    pub can_vote: bool,
}

/// An option of a poll.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OptionView {
    /// What it says.
    pub text: String,
    /// Votes in time.
    pub votes: usize,
}

/// A voter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VoterView {
    /// Member id, hex.
    pub id: String,
    /// Name.
    pub name: String,
    /// When their time is over, RFC 3339 in UTC; none while it has not reached them.
    pub closes: Option<String>,
    /// The same in their own zone, in words.
    pub closes_local: Option<String>,
    /// What they chose in time.
    pub choice: Option<String>,
    /// What they chose after it had closed.
    pub late: Option<String>,
}

/// Questions that come again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct QuestionsView {
    /// What is due first.
    pub questions: Vec<QuestionView>,
}

/// A question that comes again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct QuestionView {
    /// Id within the thread.
    pub id: String,
    /// Full id of the thread.
    pub thread: String,
    /// What is asked.
    pub question: String,
    /// Who asks.
    pub by: PersonView,
    /// Days and local time.
    pub when: String,
    /// Who is asked.
    pub to: Vec<PersonView>,
    /// Whether an answer of oneself is due.
    pub due: bool,
    /// The day that is due, of oneself.
    pub day: Option<String>,
    /// Who has answered for that day, or for the latest.
    pub answered: Vec<PersonView>,
    /// When it comes to oneself, in words.
    pub asked_local: Option<String>,
}

/// Something of a group that waits for oneself: a question that is due, or a page to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AskView {
    /// `question` or `review`.
    pub kind: String,
    /// Full id of the thread or page.
    pub id: String,
    /// What is asked, or the title of the page.
    pub title: String,
    /// In words.
    pub text: String,
    /// Since when, in one’s own zone, in words.
    pub since: String,
}
