//! Making a home: found a workspace, or join one.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tern_trust::ticket::InviteTicket;
use tern_trust::{Id, InviteKeys};
use zeroize::Zeroizing;

use crate::api::*;
use crate::core::{Core, hex};
use crate::handle::{Env, Peer, Progress};
use crate::home::Home;
use crate::host::{Host as _, SystemHost};

/// How long a join looks for somebody who answers.
const JOIN_TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn fresh(home: &Home) -> Result<(), PeerError> {
    if home.in_use() {
        return Err(PeerError::new(
            ErrorKind::Failed,
            format!("{} holds a workspace or node already.", home.dir().display()),
        )
        .safe("Nothing was changed.")
        .next("Choose another folder with --home."));
    }
    home.create()
}

pub(crate) fn seed(home: &Home) -> Result<[u8; 32], PeerError> {
    let mut seed = [0; 32];
    SystemHost::default().fill(&mut seed);
    home.write_seed(&seed)?;
    Ok(seed)
}

/// Removes what a failed start left behind; only files that the start itself made.
pub(crate) fn undo(home: &Home) {
    for path in [home.store(), home.store().with_extension("db-wal"), home.store().with_extension("db-shm")] {
        let _ = std::fs::remove_file(path);
    }
    let _ = std::fs::remove_file(home.invite());
    let _ = std::fs::remove_file(home.recovering());
    let _ = std::fs::remove_file(home.dir().join("device.key"));
    let _ = std::fs::remove_file(home.dir().join("network.lock"));
    let _ = std::fs::remove_dir_all(home.blobs());
    let _ = std::fs::remove_dir(home.dir());
}

/// Progress that nobody looks at.
pub(crate) fn quiet() -> Progress {
    Arc::new(|_, _, _| {})
}

/// Founds a workspace in an empty home.
pub(crate) fn init(home: &Home, profile: &Profile, title: &str, env: &Env) -> Result<InitReport, PeerError> {
    if title.trim().is_empty() {
        return Err(
            PeerError::new(ErrorKind::Usage, "A workspace needs a title.").next("Give one with --title.")
        );
    }
    fresh(home)?;
    let made = seed(home).and_then(|seed| {
        let host = Box::new(SystemHost { now_ms: env.now_ms });
        Core::found(&home.store(), &seed, host, profile, title)
    });
    match made {
        Ok((mut core, report)) => {
            core.rest();
            Ok(report)
        }
        Err(error) => {
            undo(home);
            Err(error)
        }
    }
}

/// Joins by ticket: through the addresses in it, or from a bundle file alone.
pub(crate) fn join(
    home: &Home,
    ticket: &str,
    profile: &Profile,
    bundle: Option<&Path>,
    env: &Env,
) -> Result<JoinReport, PeerError> {
    let ticket = InviteTicket::parse(ticket.trim())
        .map_err(|e| PeerError::new(ErrorKind::BadInput, format!("{e}.")))?;
    crate::core::check_profile(profile)?;
    fresh(home)?;
    let joined = attempt(home, &ticket, profile, bundle, env);
    if joined.is_err() {
        undo(home);
    }
    joined
}

fn attempt(
    home: &Home,
    ticket: &InviteTicket,
    profile: &Profile,
    bundle: Option<&Path>,
    env: &Env,
) -> Result<JoinReport, PeerError> {
    let seed = seed(home)?;
    crate::home::write_private(&home.invite(), ticket.secret.as_slice())?;
    let invite = InviteKeys::from_secret(&ticket.secret);
    let host = Box::new(SystemHost { now_ms: env.now_ms });
    let mut core = Core::join(&home.store(), &seed, host, ticket.workspace, invite)?;
    core.keep_profile(profile)?;
    // Whatever ends this attempt, the next meeting finds the way.
    core.keep_addresses(ticket)?;
    let recovery = core.draw_recovery();
    if let Some(file) = bundle {
        crate::files::import_bundle(&crate::files::Files::new(home.clone()), &mut core, file)?;
        core.join_now()?;
        return finish(core, ticket, &recovery);
    }
    let peer = Peer::with_core(home.clone(), core, &seed, env);
    let met = peer.sync_once(JOIN_TIMEOUT, Some(&ticket.to_text()), &quiet());
    peer.shutdown();
    let host = Box::new(SystemHost { now_ms: env.now_ms });
    let invite = InviteKeys::from_secret(&ticket.secret);
    let core =
        Core::open_with(&home.store(), &seed, Some(invite), host, &tern_store::OpenOptions::default())?;
    if core.is_member() {
        let report = finish(core, ticket, &recovery)?;
        // The profile goes out at once if somebody still answers; else with the next meeting.
        if let Ok(peer) = Peer::open(home.dir(), env) {
            let _ = peer.sync_once(JOIN_TIMEOUT, Some(&ticket.to_text()), &quiet());
            peer.shutdown();
        }
        return Ok(report);
    }
    if core.is_waiting() {
        return finish(core, ticket, &recovery);
    }
    Err(not_joined(&core, ticket, met.err()))
}

fn finish(
    mut core: Core,
    ticket: &InviteTicket,
    (words, code): &(Zeroizing<String>, Id),
) -> Result<JoinReport, PeerError> {
    if !core.is_member() && !core.is_waiting() {
        return Err(PeerError::new(
            ErrorKind::Failed,
            "The bundle does not hold an invite for this ticket that still counts.",
        )
        .next("Ask for a new ticket and a new bundle file."));
    }
    core.introduce()?;
    core.keep_addresses(ticket)?;
    core.rest();
    Ok(JoinReport {
        workspace: hex(&core.workspace()),
        member: core.membership().member_of(&core.device()).map(|m| hex(&m)).unwrap_or_default(),
        device: hex(&core.device()),
        state: if core.is_member() { "member" } else { "waiting" }.to_owned(),
        words: core.own_join_words(),
        recovery_words: if core.introduces(code) { words.to_string() } else { String::new() },
    })
}

/// Why nobody let this device in, as far as it can be known.
fn not_joined(core: &Core, ticket: &InviteTicket, met: Option<PeerError>) -> PeerError {
    let invite = InviteKeys::from_secret(&ticket.secret).id();
    let known = core.membership().invites.get(&invite);
    let now = u64::try_from(core.now_ms()).unwrap_or(0);
    if known.is_some_and(|i| !i.live || i.used >= usize::from(i.uses) || i.expires < now) {
        return PeerError::new(ErrorKind::NotAllowed, "This invite is used up, expired or was revoked.")
            .next("Ask for a new ticket.");
    }
    let problem = met.map(|e| format!(" {}", e.happened)).unwrap_or_default();
    PeerError::new(ErrorKind::Unreachable, format!("Nobody at the addresses of this ticket let this device in.{problem}"))
        .safe("Nothing was left behind here.")
        .next("Check that the node or the inviting laptop is running and that the ticket is not used up or expired.")
}
