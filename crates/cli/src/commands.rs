//! One function a command: asks the replica and prints what it answers.

mod access;
mod away;
mod backup;
mod comments;
mod files;
mod network;
mod node;
mod pages;
mod past;
mod people;
mod practice;
mod projects;
mod tasks;
mod threads;
mod upkeep;
mod views;

use tern_peer::{ErrorKind, PeerError};

use crate::args::Action;
use crate::context::Context;

/// Asks `peer` a query whose answer is one kind of view.
macro_rules! ask {
    ($peer:expr, $query:expr, $view:path) => {
        match $peer.query($query)? {
            $view(view) => view,
            _ => return Err(crate::failure::mismatch()),
        }
    };
}
pub(crate) use ask;

/// Performs the command line's command.
pub(crate) fn run(context: &Context, action: Action) -> Result<(), PeerError> {
    match action {
        Action::Init(args) => people::init(context, args),
        Action::Join(args) => people::join(context, args),
        Action::Invite(args) => people::invite(context, &args),
        Action::Device(action) => access::device(context, action),
        Action::Member(action) => access::member(context, action),
        Action::Review(action) => access::review(context, action),
        Action::Recover(args) => access::recover(context, &args),
        Action::Notices(args) => access::notices(context, args),
        Action::Lock(action) => access::lock(context, &action),
        Action::Profile(action) => people::profile(context, action),
        Action::When(args) => people::when(context, args),
        Action::Strip(args) => people::strip(context, args),
        Action::Overlap(args) => people::overlap(context, args),
        Action::Log => people::log(context),
        Action::Keys { action } => upkeep::keys(context, action.as_ref()),
        Action::Space(action) => access::space(context, action),
        Action::Page(action) => pages::run(context, action),
        Action::Comment(action) => comments::run(context, action),
        Action::Thread(action) => threads::thread(context, action),
        Action::Inbox { notify: true, .. } => away::notify(context),
        Action::Inbox { action, .. } => threads::inbox(context, action),
        Action::Owed => threads::owed(context),
        Action::Digest(args) => away::digest(context, args),
        Action::Handoff(args) => away::handoff(context, args),
        Action::Weekly(args) => away::weekly(context, &args),
        Action::Focus { action } => away::focus(context, action),
        Action::Decision(action) => away::decision(context, action),
        Action::Meeting(action) => practice::meeting(context, action),
        Action::Incident(action) => practice::incident(context, action),
        Action::Vote(action) => practice::vote(context, action),
        Action::Question(action) => practice::question(context, action),
        Action::Agreement(action) | Action::Oncall(action) => practice::agreement(context, action),
        Action::Task(action) => tasks::run(context, action),
        Action::Project(action) => projects::run(context, action),
        Action::Cycle(action) => projects::cycle(context, action),
        Action::View(action) => views::run(context, action),
        Action::Work => views::work(context),
        Action::Search(args) => tasks::search(context, &args),
        Action::Import(args) => files::import(context, &args),
        Action::Export(args) => files::export(context, args),
        Action::Doc(action) => files::doc(context, action),
        Action::Attach(args) => files::attach(context, args),
        Action::Attachment(action) => files::attachment(context, action),
        Action::Sync(args) => network::sync(context, &args),
        Action::Online(args) => network::online(context, &args),
        Action::Status(args) => network::status(context, &args),
        Action::Bundle(action) => network::bundle(context, action),
        Action::Relay(action) => network::relay(context, action),
        Action::Node(action) => node::run(context, &action),
        Action::Check { repair } => upkeep::check(context, repair),
        Action::Backup(action) => backup::run(context, &action),
        Action::Compact(args) => upkeep::compact(context, &args),
        Action::Doctor => upkeep::doctor(context),
        // It has homes of its own and is started before a home is chosen.
        Action::Demo(args) => crate::demo::run(context.json, &args),
    }
}

/// Something the contract names that this version does not do.
fn not_here(what: &str, next: &str) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("{what} is not part of this version of Tern."))
        .safe("Nothing was changed.")
        .next(next)
}
