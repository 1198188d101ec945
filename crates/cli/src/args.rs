//! The words of the command line: names, options and help. No behaviour.
//!
//! Names and options are the terminal contract: they may grow, they are never renamed.

mod access;
mod away;
mod backup;
mod comments;
mod compact;
mod content;
mod large;
mod network;
mod people;
mod practice;
mod projects;
mod threads;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use access::*;
pub(crate) use away::*;
pub(crate) use backup::*;
pub(crate) use comments::*;
pub(crate) use compact::*;
pub(crate) use content::*;
pub(crate) use large::*;
pub(crate) use network::*;
pub(crate) use people::*;
pub(crate) use practice::*;
pub(crate) use projects::*;
pub(crate) use threads::*;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "tern",
    version,
    about = "Documents and tasks for teams whose members are never awake together",
    long_about = "Documents and tasks for teams whose members are never awake together.\n\n\
                  Everything works offline unless its help says “network”. Without a command the window opens.",
    after_help = "Exit codes: 0 done, 1 failed, 2 usage, 3 not allowed, 4 not found, 5 store damaged, \
                  6 peer unreachable, 7 bad input file.",
    disable_help_subcommand = true,
    propagate_version = true
)]
pub(crate) struct Cli {
    /// Folder of this device (else TERN_HOME, else the platform's data folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,
    /// Insist on this workspace (title, id or prefix of the id)
    #[arg(long, global = true, value_name = "NAME|ID")]
    pub(crate) workspace: Option<String>,
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do
    #[command(subcommand)]
    pub(crate) action: Option<Action>,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make a device, a member and a workspace
    Init(InitArgs),
    /// Become a member by ticket (network), or from a bundle file
    Join(JoinArgs),
    /// Make a ticket for a person
    Invite(InviteArgs),
    /// Your devices
    #[command(subcommand)]
    Device(DeviceAction),
    /// Who is here
    #[command(subcommand)]
    Member(MemberAction),
    /// Edits of removed or demoted people that wait for a decision
    #[command(subcommand)]
    Review(ReviewAction),
    /// Everything back from the recovery words (on standard input) and a node (network)
    Recover(RecoverArgs),
    /// What you should know about your own devices
    Notices(NoticesArgs),
    /// Lock this home with a passphrase
    #[command(subcommand)]
    Lock(LockAction),
    /// The membership log in sentences
    Log,
    /// Where the keys of this device are kept
    Keys {
        #[command(subcommand)]
        action: Option<KeysAction>,
    },
    /// Spaces of the workspace
    #[command(subcommand)]
    Space(SpaceAction),
    /// Pages
    #[command(subcommand)]
    Page(PageAction),
    /// Comments on pages
    #[command(subcommand)]
    Comment(CommentAction),
    /// Titled conversations, with what they want of whom by when
    #[command(subcommand)]
    Thread(ThreadAction),
    /// What needs you
    #[command(args_conflicts_with_subcommands = true)]
    Inbox {
        /// What of it may make itself heard now, and what is held until when
        #[arg(long)]
        notify: bool,
        #[command(subcommand)]
        action: Option<InboxAction>,
    },
    /// Answers that you owe or wait for, by expected time
    Owed,
    /// What others changed while you were away
    Digest(DigestArgs),
    /// Hand your open work to the next one awake, or answer what is handed to you
    Handoff(HandoffArgs),
    /// The update of your week, drafted from what you did
    Weekly(WeeklyArgs),
    /// Until when you hear nothing; begin or end it with `until WHEN` or `off`
    Focus {
        #[command(subcommand)]
        action: Option<FocusAction>,
    },
    /// Decisions: the log, and what changes them
    #[command(subcommand)]
    Decision(DecisionAction),
    /// Meetings: an agenda before, an outcome after, actions that become tasks
    #[command(subcommand)]
    Meeting(MeetingAction),
    /// Incidents: what broke, who holds it, how bad it is
    #[command(subcommand)]
    Incident(IncidentAction),
    /// Votes that close when everybody has had their hours
    #[command(subcommand)]
    Vote(VoteAction),
    /// Questions that come to a group again and again
    #[command(subcommand)]
    Question(QuestionAction),
    /// What is agreed on how to work together, and what that configures
    #[command(subcommand)]
    Agreement(AgreementAction),
    /// Who is called when something burns
    #[command(subcommand)]
    Oncall(AgreementAction),
    /// Your zone, hours, check-ins and days off
    #[command(subcommand)]
    Profile(ProfileAction),
    /// Tasks
    #[command(subcommand)]
    Task(TaskAction),
    /// Projects: states and fields of their tasks, and updates of how they go
    #[command(subcommand)]
    Project(ProjectAction),
    /// Weeks of work and of cooling down, with scopes on their hills
    #[command(subcommand)]
    Cycle(CycleAction),
    /// Saved views of tasks
    #[command(subcommand)]
    View(ViewAction),
    /// Your tasks and the answers you owe, as they fit the hours left today
    Work,
    /// When somebody can be expected to answer
    When(WhenArgs),
    /// Who is where in their day
    Strip(StripArgs),
    /// Hours that people share, and clock changes that alter them
    Overlap(OverlapArgs),
    /// Find pages and tasks
    Search(SearchArgs),
    /// Take in a folder of Markdown; a second import of the same folder changes nothing
    Import(ImportArgs),
    /// Write everything as Markdown files with their attachments
    Export(ExportArgs),
    /// Plain Automerge files for other Automerge software
    #[command(subcommand)]
    Doc(DocAction),
    /// Attach a file to a page or task
    Attach(AttachArgs),
    /// Attached files
    #[command(subcommand)]
    Attachment(AttachmentAction),
    /// Meet known peers, exchange and stop (network)
    Sync(SyncArgs),
    /// Stay connected until stopped, without a window (network)
    Online(OnlineArgs),
    /// What each machine has, and what exists only here
    Status(StatusArgs),
    /// Sync by file
    #[command(subcommand)]
    Bundle(BundleAction),
    /// The blind node: keeps and passes on what it cannot read
    #[command(subcommand)]
    Node(NodeAction),
    /// Nodes that this workspace uses
    #[command(subcommand)]
    Relay(RelayAction),
    /// Re-hash everything and compare it with what is shown; with --repair mend it (network)
    Check {
        /// Make anew what follows from the items, and ask the other machines for damaged ones
        #[arg(long)]
        repair: bool,
    },
    /// Copies of the store that this home keeps of itself
    #[command(subcommand)]
    Backup(BackupAction),
    /// Clock, zone data, disk, network and keys, each with a fix
    Doctor,
    /// Fold long histories together, so that new laptops are filled sooner and disks stay small
    Compact(CompactArgs),
    /// Two laptops and a node in temporary homes live through the guided tour, on loopback; or a large workspace to try
    Demo(DemoArgs),
}

/// `demo`
#[derive(Debug, Default, clap::Args)]
pub(crate) struct DemoArgs {
    /// Make the homes in this folder and keep them
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) large: LargeArgs,
}

/// Marks a word that begins with a hyphen and is no option.
const SHIELD: char = '\u{1}';

/// Hides words such as `-label=web` or `-draft` from the option parser where a command takes free words, so that real
/// options (`--json`) are still read after them. [`unshield`] gives the words back.
pub(crate) fn shield(args: Vec<OsString>) -> Vec<OsString> {
    let mut commands = Vec::new();
    args.into_iter()
        .enumerate()
        .map(|(place, arg)| {
            let Some(text) = arg.to_str().filter(|_| place > 0) else { return arg };
            let free = matches!(commands.as_slice(), ["task" | "project", "set" | "new"] | ["search"]);
            let single_hyphen = text.len() > 1 && text.starts_with('-') && !text.starts_with("--");
            if free && single_hyphen && !matches!(text, "-h" | "-V") {
                return OsString::from(format!("{SHIELD}{text}"));
            }
            for command in ["task", "project", "set", "new", "search"] {
                let fits = matches!(
                    (commands.as_slice(), command),
                    ([], "task" | "project" | "search") | (["task" | "project"], "set" | "new")
                );
                if text == command && fits {
                    commands.push(command);
                    break;
                }
            }
            arg
        })
        .collect()
}

/// See [`shield`].
pub(crate) fn unshield(word: &str) -> &str {
    word.strip_prefix(SHIELD).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_are_read_before_and_after_the_command() {
        for line in [["tern", "--json", "--home", "h", "status"], ["tern", "status", "--home", "h", "--json"]]
        {
            let cli = Cli::try_parse_from(line).unwrap();
            assert!(
                cli.json && cli.home == Some("h".into()) && matches!(cli.action, Some(Action::Status(_)))
            );
        }
    }

    fn parse(line: &[&str]) -> Option<Action> {
        let cli = Cli::try_parse_from(shield(line.iter().map(OsString::from).collect())).ok()?;
        cli.json.then_some(cli.action)?
    }

    #[test]
    fn words_may_begin_with_a_hyphen_without_swallowing_options() {
        let line = ["tern", "task", "set", "7K3QX", "-label=web", "status=done", "--json"];
        let Some(Action::Task(TaskAction::Set { fields, .. })) = parse(&line) else {
            panic!("not read as a task change");
        };
        assert_eq!(fields.iter().map(|f| unshield(f)).collect::<Vec<_>>(), ["-label=web", "status=done"]);
        let Some(Action::Search(args)) =
            parse(&["tern", "search", "ferry", "-draft", "--json", "--limit", "3"])
        else {
            panic!("not read as a search");
        };
        assert_eq!(args.query.iter().map(|w| unshield(w)).collect::<Vec<_>>(), ["ferry", "-draft"]);
        assert_eq!(args.limit, 3);
    }
}
