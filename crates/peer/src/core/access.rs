//! Nodes, addresses and meetings: whom to dial, what a peer was seen to hold, and the Join of a device that came by ticket.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use tern_model::{DocId, Edit};
use tern_store::{Store, StoreId};
use tern_sync::PeerMemory;
use tern_trust::ticket::{InviteTicket, LinkTicket, NodeTicket, TicketKind, kind_of};
use tern_trust::{Id, Id16, Standing, derive};

use crate::api::{PeerError, Reply};
use crate::net::Purpose;
use crate::net::service::Target;

use super::errors::{bad_input, not_found};
use super::resolve::hex;
use super::{Core, Work, people, project};

/// Set of node tickets in the workspace document.
const NODES: &str = "nodes";

/// The document that holds title and nodes.
pub(crate) fn workspace_document(workspace: &Id) -> DocId {
    DocId(derive::workspace_document(workspace))
}

/// Key of the store's `meta` table: where the process of this home that stays online listens.
const LISTENING: &str = "listening";

/// Addresses of this home, also when another of its processes is the one that listens.
pub(crate) fn listening(work: &Work<'_, '_>) -> Result<Vec<SocketAddr>, PeerError> {
    let kept = work.txn.meta(LISTENING)?;
    Ok(kept.and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default())
}

/// Node tickets of the workspace.
pub(crate) fn nodes(work: &mut Work<'_, '_>) -> Result<Vec<NodeTicket>, PeerError> {
    let id = workspace_document(&work.mem.workspace);
    let relays = work.mem.membership.relays.clone();
    let texts = project::list(work.doc(id)?, NODES);
    let tickets = texts.iter().filter_map(|t| NodeTicket::parse(t).ok());
    Ok(tickets.filter(|t| relays.contains(&t.device)).collect())
}

/// Tells the workspace to use a node.
pub(crate) fn add_relay(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let ticket: NodeTicket = NodeTicket::parse(text.trim()).map_err(|e| bad_input(format!("{e}.")))?;
    if !work.mem.membership.relays.contains(&ticket.device) {
        work.records(|records, _, _| Ok(((), vec![records.relay_add(ticket.device)?])))?;
    }
    let id = workspace_document(&work.mem.workspace);
    let known = project::list(work.doc(id)?, NODES);
    let mut edits: Vec<Edit> = known
        .iter()
        .filter(|t| **t != ticket.to_text() && NodeTicket::parse(t).is_ok_and(|t| t.device == ticket.device))
        .map(|t| Edit::RemoveFrom { set: NODES.to_owned(), item: t.clone() })
        .collect();
    edits.push(Edit::AddTo { set: NODES.to_owned(), item: ticket.to_text() });
    work.edit(id, &edits)?;
    let addresses: Vec<SocketAddr> = ticket.addresses.iter().flat_map(|a| a.sockets.clone()).collect();
    note_addresses(work, &ticket.device, &addresses)?;
    Ok(Reply::Done {})
}

pub(crate) fn note_addresses(
    work: &mut Work<'_, '_>,
    device: &Id,
    addresses: &[SocketAddr],
) -> Result<(), PeerError> {
    let mut peer = work.txn.peer(device)?.unwrap_or_else(|| tern_store::PeerRow {
        device: *device,
        addresses_json: "[]".to_owned(),
        ..tern_store::PeerRow::default()
    });
    peer.addresses_json = serde_json::to_string(addresses).unwrap_or_default();
    work.txn.put_peer(&peer)?;
    Ok(())
}

/// Stops using a node.
pub(crate) fn remove_relay(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let typed = text.trim().to_lowercase();
    let found: Vec<Id> = work
        .mem
        .membership
        .relays
        .iter()
        .filter(|r| typed.len() >= 4 && hex(*r).starts_with(&typed))
        .copied()
        .collect();
    let [device] = found.as_slice() else {
        return Err(not_found("node", text).next("`tern relay list` shows the nodes in use."));
    };
    let device = *device;
    work.records(|records, _, _| Ok(((), vec![records.relay_remove(device)?])))?;
    let id = workspace_document(&work.mem.workspace);
    let gone: Vec<Edit> = project::list(work.doc(id)?, NODES)
        .into_iter()
        .filter(|t| NodeTicket::parse(t).is_ok_and(|t| t.device == device))
        .map(|item| Edit::RemoveFrom { set: NODES.to_owned(), item })
        .collect();
    work.edit(id, &gone)?;
    Ok(Reply::Done {})
}

/// Writes the Join of a device that came with an invite; `false` when there is nothing to write.
pub(crate) fn join(work: &mut Work<'_, '_>) -> Result<bool, PeerError> {
    let me = work.mem.me();
    if work.mem.membership.standing(&me) != Standing::Unknown {
        return Ok(false);
    }
    let Some(invite) = work.mem.invite.take() else { return Ok(false) };
    let now = u64::try_from(work.now_ms()).unwrap_or(0);
    let live = work.mem.membership.invites.get(&invite.id()).is_some_and(|i| i.live && i.expires >= now);
    let joins = live && !work.mem.log.introduced(&me);
    let member: Id16 = work.random();
    let recovery = work.mem.recovery;
    let joined = if joins {
        work.records(|records, _, _| Ok(((), vec![records.join(&invite, member, recovery)?])))
    } else {
        Ok(())
    };
    // The key of the workspace is wrapped to the invite: it opens only while the invite is kept.
    work.mem.invite = Some(invite);
    joined?;
    if joins {
        super::work::learn(work.mem);
    }
    Ok(joins)
}

/// Keeps what a session wants remembered about a peer.
pub(crate) fn remember(store: &mut Store, peer: &Id, memory: PeerMemory) {
    let kept = store.write(|txn| {
        let mut row = txn.peer(peer)?.unwrap_or_else(|| tern_store::PeerRow {
            device: *peer,
            addresses_json: "[]".to_owned(),
            ..tern_store::PeerRow::default()
        });
        row.store_id = memory.store;
        row.theirs_row = memory.held_row.cast_signed();
        row.ours_row = memory.acked_row.cast_signed();
        txn.put_peer(&row)?;
        let full = full_at(peer);
        match memory.full {
            true => txn.set_meta(&full, b""),
            false if txn.meta(&full)?.is_some() => txn.remove_meta(&full),
            false => Ok(()),
        }
    });
    if let Err(error) = kept {
        tracing::warn!(%error, "what a peer holds could not be noted; the next meeting finds out again");
    }
}

/// Key of the store's `meta` table: this peer had no room when it was met last.
pub(crate) fn full_at(peer: &Id) -> String {
    format!("full.{}", hex(peer))
}

/// Key of the store's `meta` table: this peer knew neither the device nor the workspace when it was met last.
pub(crate) fn unknown_at(peer: &Id) -> String {
    format!("unknown.{}", hex(peer))
}

/// Notes attachments that are not on the disk after all.
pub(crate) fn blobs_gone(store: &mut Store, hashes: &[Id]) {
    if hashes.is_empty() {
        return;
    }
    let noted = store.write(|txn| hashes.iter().try_for_each(|hash| txn.set_blob_present(hash, false)));
    if let Err(error) = noted {
        tracing::warn!(%error, "missing attachments could not be noted");
    }
}

/// Notes that a peer confirmed rows.
pub(crate) fn acknowledged(store: &mut Store, peer: &Id, row: u64, now_ms: i64) {
    let kept = store.write(|txn| {
        let Some(mut known) = txn.peer(peer)? else { return Ok(()) };
        known.ours_row = known.ours_row.max(row.cast_signed());
        known.last_stored_ms = Some(now_ms);
        txn.put_peer(&known)
    });
    if let Err(error) = kept {
        tracing::warn!(%error, "a confirmation could not be noted; the next meeting finds out again");
    }
}

impl Core {
    /// Own addresses from now on, for tickets; none when this home does not listen any more.
    pub fn set_addresses(&mut self, addresses: &[SocketAddr]) -> Result<(), PeerError> {
        let json = serde_json::to_vec(addresses).unwrap_or_default();
        self.write(|work| Ok(work.txn.set_meta(LISTENING, &json)?))
    }

    /// A file shows that its sender holds everything that is here.
    pub(crate) fn holds_everything(&mut self, device: &Id) -> Result<(), PeerError> {
        self.write(|work| {
            let mut peer = work.txn.peer(device)?.unwrap_or_else(|| tern_store::PeerRow {
                device: *device,
                addresses_json: "[]".to_owned(),
                ..tern_store::PeerRow::default()
            });
            peer.in_sync_row = work.txn.last_row()?;
            peer.last_stored_ms = Some(work.now_ms());
            work.txn.put_peer(&peer)?;
            Ok(())
        })?;
        self.note_offered(device, &BTreeSet::new())
    }

    /// Keeps the addresses of one device.
    pub(crate) fn keep_address(&mut self, address: &tern_trust::ticket::Address) -> Result<(), PeerError> {
        self.write(|work| note_addresses(work, &address.device, &address.sockets))
    }

    /// Keeps the addresses of a ticket, so that later meetings need no ticket.
    pub(crate) fn keep_addresses(&mut self, ticket: &InviteTicket) -> Result<(), PeerError> {
        let known = ticket.addresses.clone();
        self.write(|work| {
            let me = work.mem.me();
            for address in known.iter().filter(|a| a.device != me) {
                note_addresses(work, &address.device, &address.sockets)?;
            }
            Ok(())
        })
    }

    /// Whom to dial: the addresses of a ticket, or every known machine of the workspace. Those without an address can
    /// be found on the local network alone.
    pub fn targets(&mut self, text: Option<&str>) -> Result<Vec<Target>, PeerError> {
        self.refresh()?;
        self.tend()?;
        match text {
            Some(text) => self.ticket_targets(text),
            None => self.known_targets(),
        }
    }

    fn ticket_targets(&self, text: &str) -> Result<Vec<Target>, PeerError> {
        let typed = text.trim();
        let (addresses, purpose) = match kind_of(typed) {
            Some(TicketKind::Node) => {
                let ticket = NodeTicket::parse(typed).map_err(|e| bad_input(format!("{e}.")))?;
                (ticket.addresses, Purpose::Host { secret: *ticket.secret })
            }
            Some(TicketKind::Link) => {
                let ticket = LinkTicket::parse(typed).map_err(|e| bad_input(format!("{e}.")))?;
                if ticket.workspace != self.mem.workspace {
                    return Err(bad_input("This ticket belongs to another workspace."));
                }
                (vec![ticket.address], Purpose::Vouched)
            }
            _ => {
                let ticket: InviteTicket =
                    InviteTicket::parse(typed).map_err(|e| bad_input(format!("{e}.")))?;
                if ticket.workspace != self.mem.workspace {
                    return Err(bad_input("This ticket belongs to another workspace."));
                }
                (ticket.addresses, Purpose::Vouched)
            }
        };
        let me = self.mem.me();
        let targets = addresses.into_iter().filter(|a| a.device != me).map(|a| Target {
            name: self.device_name(&a.device),
            device: a.device,
            addresses: a.sockets,
            purpose: purpose.clone(),
        });
        Ok(targets.collect())
    }

    fn known_targets(&mut self) -> Result<Vec<Target>, PeerError> {
        let id = workspace_document(&self.mem.workspace);
        let texts = super::documents::load(&self.store, &mut self.mem, id).map(|d| project::list(d, NODES));
        let tickets: Vec<NodeTicket> =
            texts.unwrap_or_default().iter().filter_map(|t| NodeTicket::parse(t).ok()).collect();
        let me = self.mem.me();
        let mut targets = Vec::new();
        let devices = self.mem.membership.devices.iter().filter(|(_, d)| d.active && !d.public.is_recovery());
        let everyone: Vec<Id> =
            devices.map(|(key, _)| *key).chain(self.mem.membership.relays.iter().copied()).collect();
        // While records of the log are missing, whoever was met before may have them.
        let met = if self.mem.log_has_gaps() { self.store.peers()? } else { Vec::new() };
        let met = met.into_iter().map(|p| p.device).filter(|d| !everyone.contains(d)).collect::<Vec<_>>();
        for device in everyone.into_iter().chain(met).filter(|d| *d != me) {
            let peer = self.store.peer(&device)?;
            let ticket = tickets.iter().find(|t| t.device == device);
            let mut addresses =
                peer.as_ref().map(|p| super::status::addresses(&p.addresses_json)).unwrap_or_default();
            for address in ticket.iter().flat_map(|t| &t.addresses).flat_map(|a| &a.sockets) {
                if !addresses.contains(address) {
                    addresses.push(*address);
                }
            }
            let forgotten = self.store.meta(&unknown_at(&device))?.is_some();
            let met = !forgotten && peer.as_ref().is_some_and(|p| p.store_id != 0);
            let purpose = match ticket {
                Some(ticket) if !met => Purpose::Host { secret: *ticket.secret },
                _ => Purpose::Meet,
            };
            targets.push(Target { name: self.device_name(&device), device, addresses, purpose });
        }
        Ok(targets)
    }

    /// What people call a device.
    fn device_name(&self, device: &Id) -> String {
        match self.mem.membership.standing(device) {
            Standing::Relay => "node".to_owned(),
            Standing::Active { member, .. } => format!("{}’s laptop", people::name_of(&self.store, &member)),
            _ => format!("device {}", &hex(device)[..8]),
        }
    }

    /// The signature that shows a peer the invite this device came with.
    pub(crate) fn invite_credential(&self, exporter: &[u8; 32]) -> tern_sync::Credential {
        match &self.mem.invite {
            Some(invite) if self.mem.membership.standing(&self.mem.me()) == Standing::Unknown => {
                let signature = tern_trust::hello::sign_invite(invite, exporter);
                tern_sync::Credential::Invite { key: invite.id(), signature }
            }
            _ => tern_sync::Credential::None,
        }
    }

    /// Notes that a session with a peer stands.
    pub(crate) fn met_peer(&mut self, peer: &Id, store: u64) {
        let now = self.now_ms();
        if let Err(error) = self.store.write(|txn| {
            txn.remove_meta(&unknown_at(peer))?;
            txn.meet_peer(peer, StoreId(store), now).map(|_| ())
        }) {
            tracing::warn!(%error, "a meeting could not be noted");
        }
        self.mem.version += 1;
    }
}
