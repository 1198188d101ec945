//! Options of commands about documents of practice and about asking a group.

use clap::{Args, Subcommand};

/// `meeting …`
#[derive(Debug, Subcommand)]
pub(crate) enum MeetingAction {
    /// Make the page of a meeting, and say whether writing would do
    New(MeetingNewArgs),
    /// Meetings, those that are not over first
    List {
        /// planned, on or closed
        #[arg(long, value_parser = ["planned", "on", "closed"])]
        state: Option<String>,
    },
    /// A meeting: who comes, agenda, outcome, actions
    Show {
        /// Id, unique prefix or title
        page: String,
    },
    /// Change fields: state outcome attendees present excused starts owner; `on` needs an agenda, `closed` an outcome
    Set {
        /// Id, unique prefix or title
        page: String,
        /// name=value, for example state=closed outcome="We sail at six" present=Ben,Aiko
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
    /// Whether a meeting of these people is worth it
    Card {
        /// Who: names, ids or prefixes
        #[arg(long, value_name = "M,…", value_delimiter = ',', required = true)]
        with: Vec<String>,
    },
}

/// `meeting new`
#[derive(Debug, Args)]
pub(crate) struct MeetingNewArgs {
    /// Title
    pub(crate) title: String,
    /// Who is asked to come: names, ids or prefixes
    #[arg(long, value_name = "M,…", value_delimiter = ',')]
    pub(crate) with: Vec<String>,
    /// When it begins
    #[arg(long, value_name = "WHEN")]
    pub(crate) starts: Option<String>,
    /// Page above it
    #[arg(long, value_name = "Q")]
    pub(crate) parent: Option<String>,
    /// Space it lies in
    #[arg(long, value_name = "S")]
    pub(crate) space: Option<String>,
}

/// `incident …`
#[derive(Debug, Subcommand)]
pub(crate) enum IncidentAction {
    /// Incidents, those that are not closed first; `page new T --template incident` makes one
    List,
    /// An incident: state, who holds it, severity, what is affected, since when and until when
    Show {
        /// Id, unique prefix or title
        page: String,
    },
    /// Change fields: state owner severity affected started resolved outcome; `closed` needs an outcome
    Set {
        /// Id, unique prefix or title
        page: String,
        /// name=value, for example severity=major affected="The booking desk"
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
    },
}

/// `vote …`
#[derive(Debug, Subcommand)]
pub(crate) enum VoteAction {
    /// Ask for votes in a thread; it closes when every voter has had so many of their own working hours
    New {
        /// Id of the thread, unique prefix or title
        thread: String,
        /// What is asked
        question: String,
        /// What can be chosen; give it once for each option
        #[arg(long = "option", value_name = "TEXT", required = true)]
        options: Vec<String>,
        /// Who votes; all who take part when absent
        #[arg(long, value_name = "M,…", value_delimiter = ',')]
        to: Vec<String>,
        /// Working hours that every voter has
        #[arg(long, value_name = "N")]
        hours: Option<u32>,
    },
    /// Vote, or vote otherwise until it closes
    Cast {
        /// Id of the thread, unique prefix or title
        thread: String,
        /// The option, or its number
        option: String,
        /// Id of the vote or unique prefix; the newest when absent
        #[arg(long, value_name = "ID")]
        vote: Option<String>,
    },
    /// Votes of a thread, with everybody's closing time in their own zone
    Show {
        /// Id of the thread, unique prefix or title
        thread: String,
    },
}

/// `question …`
#[derive(Debug, Subcommand)]
pub(crate) enum QuestionAction {
    /// Ask a group again and again, each at their own local time; close the thread to stop
    New {
        /// What is asked
        question: String,
        /// Days and local time of each person, such as "Mon-Fri 09:30"
        #[arg(long, value_name = "TIME")]
        when: String,
        /// Who is asked: names, ids or prefixes
        #[arg(long, value_name = "M,…", value_delimiter = ',', required = true)]
        to: Vec<String>,
        /// Page or task that it belongs to
        #[arg(long, value_name = "ID")]
        on: Option<String>,
        /// Space it lies in
        #[arg(long, value_name = "S")]
        space: Option<String>,
    },
    /// Questions that come again, what is due first
    List,
    /// Answer what is due
    Answer {
        /// Id of the thread, unique prefix or title
        thread: String,
        /// What to say (`-` reads standard input)
        #[arg(long, value_name = "B")]
        body: String,
    },
    /// Let what is due go; nobody sees that
    Skip {
        /// Id of the thread, unique prefix or title
        thread: String,
    },
}

/// `agreement …` and `oncall …`
#[derive(Debug, Subcommand)]
pub(crate) enum AgreementAction {
    /// What is agreed, what it configures, and who is on call
    Show {
        /// Id, unique prefix or title of a working agreement; the one in force when absent
        page: Option<String>,
        /// Who is on call at this moment
        #[arg(long, value_name = "WHEN")]
        at: Option<String>,
    },
    /// Change fields: urgent_hours standard_hours quiet meeting_minutes criteria ladder rota
    Set {
        /// name=value, for example ladder="0 on-call; 15 Ben" rota="Aiko Mon-Fri 18:00-09:00"
        #[arg(required = true, value_name = "FIELD=VALUE")]
        fields: Vec<String>,
        /// Id, unique prefix or title of a working agreement; the one in force when absent
        #[arg(long, value_name = "P")]
        page: Option<String>,
    },
}
