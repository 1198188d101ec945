//! Everything back from the recovery words and a node: the code finds its workspace, adds this laptop, removes the lost
//! devices and changes the key. A code that a thief removed takes itself back first.

use std::path::Path;
use std::time::Duration;

use tern_trust::log::sign_link;
use tern_trust::ticket::NodeTicket;
use tern_trust::{DeviceKeys, Id, recovery};
use zeroize::Zeroizing;

use crate::api::*;
use crate::core::{Core, hex};
use crate::handle::{Env, Peer, Progress, stopped, wait};
use crate::home::{Home, file_error};
use crate::host::SystemHost;
use crate::net::{endpoint, recover as wire};

/// How long one meeting with the node may take.
const MEETING: Duration = Duration::from_secs(600);

fn words_error(error: &recovery::WordsError) -> PeerError {
    PeerError::new(ErrorKind::BadInput, format!("These are not recovery words: {error}."))
        .safe("Nothing was changed.")
        .next("Write all 24 words in their order, with spaces between them.")
}

/// The words among what is typed from the sheet, on which each has its number.
pub fn recovery_words(typed: &str) -> impl Iterator<Item = &str> {
    let number = |word: &str| word.trim_end_matches(['.', ')', ':']).bytes().all(|b| b.is_ascii_digit());
    typed.split_whitespace().filter(move |word| !number(word))
}

fn without_numbers(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(recovery_words(typed).collect::<Vec<_>>().join(" "))
}

impl Peer {
    /// Brings a workspace back to an empty home, from the words and a node's ticket.
    pub fn recover(
        home: &Path,
        ticket: &str,
        words: &str,
        wish: &Recovering,
        env: &Env,
        progress: &Progress,
    ) -> Result<JoinReport, PeerError> {
        let ticket = NodeTicket::parse(ticket.trim())
            .map_err(|e| PeerError::new(ErrorKind::BadInput, format!("{e}.")))?;
        let code = recovery::device(&without_numbers(words)).map_err(|e| words_error(&e))?;
        let home = Home::at(home);
        if home.recovering().exists() {
            // Somebody closed the program half-way; the words bring everything back again.
            crate::start::undo(&home);
        }
        crate::start::fresh(&home)?;
        crate::home::write_private(&home.recovering(), b"")?;
        let back = find(&ticket, &code, wish.workspace.as_deref())
            .and_then(|workspace| bring_back(&home, &ticket, &code, workspace, wish, env, progress));
        match &back {
            Err(_) => crate::start::undo(&home),
            Ok(_) => {
                std::fs::remove_file(home.recovering()).map_err(|e| file_error(&home.recovering(), &e))?;
            }
        }
        back
    }

    /// Whether the words would bring this workspace back, in words; an error when they would not.
    pub fn drill(&self, words: &str) -> Result<String, PeerError> {
        let code = recovery::device(&without_numbers(words)).map_err(|e| words_error(&e))?;
        self.with(move |core| core.drill(&code))
    }
}

/// The workspace that the code belongs to.
fn find(ticket: &NodeTicket, code: &DeviceKeys, wanted: Option<&str>) -> Result<Id, PeerError> {
    let (node, secret) = (ticket.clone(), code.secret_key().clone());
    let found = wait(async move {
        let wide = endpoint::beyond_loopback(node.addresses.iter().flat_map(|address| &address.sockets));
        let endpoint = endpoint::bind(secret, None, wide).await?;
        let mut found = Err("The ticket holds no address.".to_owned());
        for address in &node.addresses {
            let to = endpoint::address_of(&address.device, &address.sockets)?;
            found = wire::ask(&endpoint, to, &node.secret).await;
            if found.is_ok() {
                break;
            }
        }
        let _ = tokio::time::timeout(endpoint::CLOSE_TIMEOUT, endpoint.close()).await;
        found
    });
    let found = found.ok_or_else(stopped)?.map_err(|why| {
        PeerError::new(ErrorKind::Unreachable, why)
            .safe("Nothing was left behind here.")
            .next("Check that the node is running and that its ticket is the one it prints.")
    })?;
    let matches = |id: &&Id| wanted.is_none_or(|w| hex(*id).starts_with(&w.trim().to_lowercase()));
    match found.iter().filter(matches).collect::<Vec<_>>().as_slice() {
        [workspace] => Ok(**workspace),
        [] => Err(PeerError::new(
            ErrorKind::NotFound,
            "The node holds no workspace to which these words belong.",
        )
        .safe("Nothing was left behind here.")
        .next("Check the words and the node's ticket.")),
        many => {
            let list: Vec<String> = many.iter().map(|id| hex(&id[..6])).collect();
            Err(PeerError::new(
                ErrorKind::Usage,
                format!("The words belong to several workspaces there: {}.", list.join(", ")),
            )
            .next("Choose one with --workspace."))
        }
    }
}

fn bring_back(
    home: &Home,
    ticket: &NodeTicket,
    code: &DeviceKeys,
    workspace: Id,
    wish: &Recovering,
    env: &Env,
    progress: &Progress,
) -> Result<JoinReport, PeerError> {
    let seed = crate::start::seed(home)?;
    let new = DeviceKeys::from_seed(&seed);
    let host = Box::new(SystemHost { now_ms: env.now_ms });
    let code_seed = Zeroizing::new(*code.to_bytes());
    let core = Core::recovering(&home.store(), code.clone_keys(), host, workspace)?;
    let peer = Peer::with_core(home.clone(), core, &code_seed, env);
    let text = ticket.to_text();
    let first = peer.sync_once(MEETING, Some(&text), progress);
    let (take_back, keep_devices) = (wish.take_back, wish.keep_devices);
    let met = match peer.with(move |core| core.reclaim(take_back)) {
        // A removed device is given the log alone; now it is none any more.
        Ok(true) => peer.sync_once(MEETING, Some(&text), progress),
        Ok(false) => first,
        Err(error) => Err(error),
    };
    if let Err(error) = met {
        // Cuts made of a part of what the node holds would set the rest aside for ever.
        peer.shutdown();
        return Err(error);
    }
    let taken = peer.with(move |core| {
        let member = core.membership().member_of(&core.device()).ok_or_else(|| {
            PeerError::new(ErrorKind::NotAllowed, "The words do not belong to a member of this workspace.")
        })?;
        let signature = sign_link(&core.workspace(), &member, &new);
        core.take_over(new.public(), signature, keep_devices)
    });
    let pushed = taken.and_then(|()| peer.sync_once(MEETING, Some(&text), progress));
    peer.shutdown();
    pushed?;
    as_new_device(home, &seed, &text, env, progress)
}

/// The store that the code filled, opened by the new device.
fn as_new_device(
    home: &Home,
    seed: &[u8; 32],
    ticket: &str,
    env: &Env,
    progress: &Progress,
) -> Result<JoinReport, PeerError> {
    let host = Box::new(SystemHost { now_ms: env.now_ms });
    let mut core = Core::open(&home.store(), seed, host)?;
    if !core.is_member() {
        return Err(PeerError::new(ErrorKind::NotAllowed, "The workspace did not take this laptop in.")
            .next("Somebody may have removed the recovery words. Ask an admin for a ticket."));
    }
    core.rebuild_projections()?;
    let report = JoinReport {
        workspace: hex(&core.workspace()),
        member: core.membership().member_of(&core.device()).map(|m| hex(&m)).unwrap_or_default(),
        device: hex(&core.device()),
        state: "member".to_owned(),
        words: String::new(),
        recovery_words: String::new(),
    };
    let peer = Peer::with_core(home.clone(), core, seed, env);
    let _ = peer.sync_once(MEETING, Some(ticket), progress);
    peer.shutdown();
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_with_and_without_the_numbers_of_the_sheet() {
        for typed in ["switch ramp oval", " 1 switch  2 ramp\n3 oval", "1. switch 2) ramp 3: oval"] {
            assert_eq!(without_numbers(typed).as_str(), "switch ramp oval");
        }
    }
}
