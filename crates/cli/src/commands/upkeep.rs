//! Health of the home: keys, spaces, check, doctor.

use std::time::Duration;

use tern_peer::{ErrorKind, Peer, PeerError, Query, View};

use super::ask;
use crate::args::{CompactArgs, KeysAction};
use crate::context::Context;
use crate::human;

pub(super) fn keys(context: &Context, action: Option<&KeysAction>) -> Result<(), PeerError> {
    if let Some(KeysAction::Keep { place }) = action {
        let view = Peer::keep_key(&context.home, place == "keyring", &context.env)?;
        return context.emit(&view, || human::upkeep::keys(&view));
    }
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Keys, View::Keys);
        context.emit(&view, || human::upkeep::keys(&view))
    })
}

/// How long a repair looks for other machines.
const REPAIR_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) fn check(context: &Context, repair: bool) -> Result<(), PeerError> {
    let view = context.with_peer(|peer| {
        if !repair {
            return Ok(ask!(peer, Query::Check, View::Check));
        }
        let bar = context.progress();
        peer.repair(REPAIR_TIMEOUT, &bar.reporter())
    })?;
    context.emit(&view, || human::upkeep::check(&view))?;
    if view.bad == 0 && view.findings.is_empty() {
        return Ok(());
    }
    let happened = match view.bad {
        0 => format!("The check found {} differences.", view.findings.len()),
        1 => "One row of the store is damaged.".into(),
        bad => format!("{bad} rows of the store are damaged."),
    };
    Err(PeerError::new(ErrorKind::Damaged, happened)
        .safe(
            "Undamaged items are readable; other machines still hold what they acknowledged (`tern status`).",
        )
        .next("Copy this home to another disk, then run `tern check --repair`: peers send again what is damaged here; \
               `tern backup adopt` takes it from a backup."))
}

pub(super) fn doctor(context: &Context) -> Result<(), PeerError> {
    context.with_peer(|peer| {
        let view = ask!(peer, Query::Doctor, View::Doctor);
        context.emit(&view, || human::upkeep::doctor(&view))
    })
}

pub(super) fn compact(context: &Context, args: &CompactArgs) -> Result<(), PeerError> {
    let view = context.with_peer(|peer| {
        let bar = context.progress();
        peer.compact(args.on, args.min, &bar.reporter())
    })?;
    context.emit(&view, || human::upkeep::compact(&view))
}
