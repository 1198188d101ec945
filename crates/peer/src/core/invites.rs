//! Invites and those who come by them: tickets, revocation, approval, and the words that both sides compare.

use tern_trust::log::InviteTerms;
use tern_trust::record::{Fields, InviteMode};
use tern_trust::ticket::{Address, InviteTicket};
use tern_trust::{Id, InviteKeys, Role, matching};
use zeroize::Zeroizing;

use crate::api::{InviteView, InvitesView, JoinedView, PeerError, Reply, RequestView};

use super::errors::{bad_input, not_found, usage};
use super::resolve::{by_prefix, hex};
use super::{Core, Work, access, duties, people, words};

/// Words over a join, for both sides to compare.
fn join_words(join: &Id) -> String {
    matching::join_words(join).join(" ")
}

/// Makes a ticket for people.
pub(crate) fn invite(
    work: &mut Work<'_, '_>,
    role: &str,
    mode: &str,
    uses: u16,
    expires_ms: i64,
) -> Result<Reply, PeerError> {
    let mode = match mode {
        "open" => InviteMode::Open,
        "approve" => InviteMode::Approve,
        other => return Err(usage(format!("“{other}” is no way to invite."), "Choose open or approve.")),
    };
    let given = words::parse_role(role).filter(|r| *r < Role::Admin || mode == InviteMode::Approve);
    let role = given.ok_or_else(|| {
        let next = "Choose writer, commenter or reader; an admin can be invited with --mode approve alone.";
        usage(format!("“{role}” cannot be given by an open invite."), next)
    })?;
    if uses == 0 {
        return Err(usage("An invite for nobody makes no sense.", "Give --uses 1 or more."));
    }
    let secret: Zeroizing<Id> = Zeroizing::new(work.random());
    let keys = InviteKeys::from_secret(&secret);
    let expires = u64::try_from(work.now_ms().saturating_add(expires_ms.max(0))).unwrap_or(u64::MAX);
    let terms = InviteTerms { role, mode, uses, expires };
    work.records(|records, ring, dice| Ok(((), records.invite(&keys, &terms, ring, dice)?)))?;
    let mut addresses: Vec<Address> = access::nodes(work)?.into_iter().flat_map(|n| n.addresses).collect();
    let sockets = access::listening(work)?;
    if !sockets.is_empty() {
        addresses.push(Address { device: work.mem.me(), sockets });
    }
    let ticket = InviteTicket { workspace: work.mem.workspace, addresses, secret: (*secret).into() };
    Ok(Reply::Ticket { ticket: ticket.to_text() })
}

/// Ends an invite; the key changes, so that its ticket opens nothing new.
pub(crate) fn revoke(work: &mut Work<'_, '_>, text: &str) -> Result<Reply, PeerError> {
    let live = work.mem.membership.invites.iter().filter(|(_, i)| i.live).map(|(key, _)| *key);
    let invite = by_prefix(live, text)
        .ok_or_else(|| not_found("live invite", text).next("`tern invite --list` shows the invites."))?;
    work.records(|records, _, _| Ok(((), vec![records.write(Fields::InviteRevoke { invite })?])))?;
    duties::ready_to_seal(work)?;
    Ok(Reply::Done {})
}

/// Lets somebody in who waits; the key goes to them in the same commit.
pub(crate) fn approve(work: &mut Work<'_, '_>, text: &str, role: Option<&str>) -> Result<Reply, PeerError> {
    let waiting = &work.mem.membership.waiting;
    let by_record = by_prefix(waiting.iter().map(|w| w.record), text);
    let by_member = by_prefix(waiting.iter().map(|w| w.member), text);
    let found = waiting.iter().find(|w| Some(w.record) == by_record || Some(w.member) == by_member);
    let request = found
        .copied()
        .ok_or_else(|| not_found("request", text).next("`tern member list` shows who waits to be let in."))?;
    let offered = work.mem.membership.invites.get(&request.invite).map_or(Role::Writer, |i| i.role);
    let role = match role {
        Some(word) => words::parse_role(word)
            .ok_or_else(|| bad_input(format!("“{word}” is no role that can be given.")))?,
        None => offered,
    };
    let join = request.record;
    work.records(|records, _, _| Ok(((), vec![records.write(Fields::Approve { join, role })?])))?;
    duties::give_keys(work, |_| true)?;
    duties::end_invites(work)?;
    Ok(Reply::Done {})
}

impl Core {
    /// Invites and requests.
    pub(crate) fn invites_view(&self) -> InvitesView {
        let (membership, zone) = (&self.mem.membership, self.my_zone());
        let now = u64::try_from(self.now_ms()).unwrap_or(0);
        let mut invites: Vec<InviteView> = Vec::new();
        for (key, invite) in &membership.invites {
            let state = match invite {
                i if i.used >= usize::from(i.uses) => "used up",
                i if !i.live => "ended",
                i if i.expires < now => "expired",
                _ => "live",
            };
            let by = membership.member_of(&invite.author);
            invites.push(InviteView {
                id: hex(key),
                role: words::role(invite.role).to_owned(),
                mode: if invite.mode == InviteMode::Open { "open" } else { "approve" }.to_owned(),
                uses: invite.uses,
                used: invite.used,
                expires: zone.rfc9557(i64::try_from(invite.expires).unwrap_or(i64::MAX)),
                by: by.map_or_else(|| "somebody".to_owned(), |m| people::name_of(&self.store, &m)),
                state: state.to_owned(),
                joined: self.joined_by(key),
            });
        }
        invites.sort_by(|a, b| {
            (a.state != "live").cmp(&(b.state != "live")).then_with(|| b.expires.cmp(&a.expires))
        });
        InvitesView { invites, requests: self.requests() }
    }

    fn joined_by(&self, invite: &Id) -> Vec<JoinedView> {
        let membership = &self.mem.membership;
        let joins = self.mem.log.records().filter_map(|(item, record)| match &record.fields {
            Fields::Join(join) if join.invite == *invite && membership.is_effective(item.id()) => {
                Some((*item.id(), join.member))
            }
            _ => None,
        });
        joins
            .map(|(record, member)| JoinedView {
                member: hex(&member),
                name: people::name_of(&self.store, &member),
                words: join_words(&record),
            })
            .collect()
    }

    fn requests(&self) -> Vec<RequestView> {
        let membership = &self.mem.membership;
        let view = |w: &tern_trust::log::WaitingJoin| {
            let item = self.mem.log.get(&w.record)?;
            let role = membership.invites.get(&w.invite).map_or(Role::Writer, |i| i.role);
            Some(RequestView {
                id: hex(&w.record),
                member: hex(&w.member),
                role: words::role(role).to_owned(),
                invite: hex(&w.invite),
                words: join_words(&w.record),
                when: words::day(item.header().day),
            })
        };
        membership.waiting.iter().filter_map(view).collect()
    }

    /// The words that this device's own join makes, for comparing; empty for those who did not join by invite.
    pub(crate) fn own_join_words(&self) -> String {
        let me = self.mem.me();
        let mut records = self.mem.log.records();
        let own = records.find(|(item, r)| item.header().author == me && matches!(r.fields, Fields::Join(_)));
        own.map(|(item, _)| join_words(item.id())).unwrap_or_default()
    }
}
