//! One person, several devices: the old one offers a link, the new one accepts its ticket.

use std::path::Path;
use std::time::Duration;

use tern_trust::log::sign_link;
use tern_trust::ticket::{Address, LinkTicket};
use tern_trust::{DeviceKeys, Id, Id16, Standing};
use tokio::sync::{mpsc, oneshot};

use crate::api::*;
use crate::core::{Core, hex};
use crate::engine::Msg;
use crate::handle::{Env, Peer, stopped, wait};
use crate::home::Home;
use crate::host::{Host as _, SystemHost};
use crate::net::door::{self, Answer, Ask};
use crate::net::endpoint;
use crate::net::link;
use crate::net::service::Service;

/// How long a new device fetches the workspace after it was let in.
const FILL_TIME: Duration = Duration::from_secs(120);

async fn run<T: Send + 'static>(
    messages: &mpsc::Sender<Msg>,
    work: impl FnOnce(&mut Core) -> Result<T, PeerError> + Send + 'static,
) -> Result<T, PeerError> {
    let (tx, rx) = oneshot::channel();
    let run = Msg::Run(Box::new(move |core| {
        let _ = tx.send(core.and_then(work));
    }));
    messages.send(run).await.map_err(|_| stopped())?;
    rx.await.map_err(|_| stopped())?
}

/// Begins an offer at the process that owns the network.
pub(crate) async fn offer(messages: &mpsc::Sender<Msg>, service: &Service) -> Result<String, PeerError> {
    let (workspace, device, member): (Id, Id, Id16) = run(messages, |core| {
        let me = core.device();
        match core.membership().standing(&me) {
            Standing::Active { member, .. } => Ok((core.workspace(), me, member)),
            _ => Err(PeerError::new(ErrorKind::NotAllowed, "This device is no member of the workspace.")),
        }
    })
    .await?;
    let mut secret = [0; 32];
    SystemHost::default().fill(&mut secret);
    let sockets = endpoint::addresses(service.endpoint());
    let ticket =
        LinkTicket { workspace, member, address: Address { device, sockets }, secret: secret.into() };
    let text = ticket.to_text();
    service.desk().offer(ticket);
    Ok(text)
}

/// Carries out what the person decided: the device enters the log before it is told.
pub(crate) async fn decide(
    messages: &mpsc::Sender<Msg>,
    service: &Service,
    accept: bool,
) -> Result<(), PeerError> {
    let Some(request) = service.desk().asking() else {
        return Err(PeerError::new(ErrorKind::NotFound, "No device asks to be linked.")
            .safe("Nothing was changed.")
            .next("Begin again with `tern device link`."));
    };
    if accept {
        run(messages, move |core| core.add_device(request.device, request.signature)).await?;
    }
    service.desk().decide(accept);
    Ok(())
}

impl Peer {
    /// Offers to link a device; the ticket is for the new one. This process stays online for it.
    pub fn link_start(&self) -> Result<String, PeerError> {
        let messages = self.inner.messages.clone();
        match self.service() {
            Some(service) => wait(async move { offer(&messages, &service).await }).ok_or_else(stopped)?,
            None => match door::ask(&self.inner.home, &Ask::LinkOffer)? {
                Answer::Ticket(ticket) => Ok(ticket),
                _ => Err(stopped()),
            },
        }
    }

    /// How the offer stands; empty when there is none.
    pub fn link_state(&self) -> LinkState {
        match self.service() {
            Some(service) => service.desk().state(),
            None => match door::ask(&self.inner.home, &Ask::LinkState) {
                Ok(Answer::Link(state)) => state,
                _ => LinkState::default(),
            },
        }
    }

    /// Lets the asking device in with full access as oneself, or refuses it.
    pub fn link_answer(&self, accept: bool) -> Result<(), PeerError> {
        let messages = self.inner.messages.clone();
        match self.service() {
            Some(service) => {
                wait(async move { decide(&messages, &service, accept).await }).ok_or_else(stopped)?
            }
            None => door::ask(&self.inner.home, &Ask::LinkDecide(accept)).map(|_| ()),
        }
    }

    /// Becomes a further device of the member whose device made the ticket. `words` is called with the four words once
    /// the other device asks its person.
    pub fn accept_link(
        home: &Path,
        ticket: &str,
        env: &Env,
        words: impl FnOnce(String) + Send + 'static,
    ) -> Result<JoinReport, PeerError> {
        let ticket = LinkTicket::parse(ticket.trim())
            .map_err(|e| PeerError::new(ErrorKind::BadInput, format!("{e}.")))?;
        let home = Home::at(home);
        crate::start::fresh(&home)?;
        let linked = attempt(&home, &ticket, env, words);
        if linked.is_err() {
            crate::start::undo(&home);
        }
        linked
    }
}

fn attempt(
    home: &Home,
    ticket: &LinkTicket,
    env: &Env,
    words: impl FnOnce(String) + Send + 'static,
) -> Result<JoinReport, PeerError> {
    let seed = crate::start::seed(home)?;
    let keys = DeviceKeys::from_seed(&seed);
    let shown = link::link_words(ticket, &keys.public());
    let (asked, lan) = (ticket.clone(), env.network == crate::handle::Network::Lan);
    let accepted = wait(async move {
        let signature = sign_link(&asked.workspace, &asked.member, &keys);
        let wide = lan || endpoint::beyond_loopback(&asked.address.sockets);
        let endpoint = endpoint::bind(keys.secret_key().clone(), None, wide).await?;
        let to = endpoint::address_of(&asked.address.device, &asked.address.sockets)?;
        let answer = link::ask(&endpoint, to, &asked, &keys, signature, move || words(shown)).await;
        let _ = tokio::time::timeout(endpoint::CLOSE_TIMEOUT, endpoint.close()).await;
        answer
    });
    let failed = |why: String| {
        PeerError::new(ErrorKind::Unreachable, format!("The other device could not be asked. {why}"))
            .safe("Nothing was left behind here.")
            .next("Begin again there with `tern device link`, and use the new ticket within ten minutes.")
    };
    if !accepted.ok_or_else(stopped)?.map_err(failed)? {
        return Err(PeerError::new(
            ErrorKind::NotAllowed,
            "The other device refused, or its offer had ended.",
        )
        .safe("Nothing was left behind here.")
        .next("Compare the four words on both devices and begin again with `tern device link`."));
    }
    fill(home, ticket, &seed, env)
}

/// Fetches the workspace from the old device.
fn fill(home: &Home, ticket: &LinkTicket, seed: &[u8; 32], env: &Env) -> Result<JoinReport, PeerError> {
    let host = Box::new(SystemHost { now_ms: env.now_ms });
    let core = Core::linked(&home.store(), seed, host, ticket.workspace)?;
    let peer = Peer::with_core(home.clone(), core, seed, env);
    let met = peer.sync_once(FILL_TIME, Some(&ticket.to_text()), &crate::start::quiet());
    let address = ticket.address.clone();
    let report = peer.with(move |core| {
        core.keep_address(&address)?;
        let member = core.membership().member_of(&core.device());
        Ok(JoinReport {
            workspace: hex(&core.workspace()),
            member: member.map(|m| hex(&m)).unwrap_or_default(),
            device: hex(&core.device()),
            state: if core.is_member() { "member" } else { "waiting" }.to_owned(),
            words: String::new(),
            recovery_words: String::new(),
        })
    });
    peer.shutdown();
    let report = report?;
    if report.state == "member" {
        return Ok(report);
    }
    Err(met.err().unwrap_or_else(|| {
        PeerError::new(ErrorKind::Unreachable, "The other device agreed, but its workspace did not come.")
            .next("Begin again there with `tern device link`.")
    }))
}
