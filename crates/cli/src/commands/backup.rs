//! `backup …`: copies of the store that this home keeps of itself.

use tern_peer::{Peer, PeerError};

use crate::args::BackupAction;
use crate::context::Context;
use crate::human;

pub(super) fn run(context: &Context, action: &BackupAction) -> Result<(), PeerError> {
    match action {
        BackupAction::List => {
            let view = Peer::backups(&context.home);
            context.emit(&view, || human::backup::list(&view))
        }
        BackupAction::Now => {
            let view = context.with_peer(Peer::back_up)?;
            context.emit(&view, || human::backup::taken(&view))
        }
        BackupAction::Compare { id } => {
            let env = context.unlocked(&context.env)?;
            let view = context.with_peer(|peer| peer.compare_backup(id.as_deref(), &env))?;
            context.emit(&view, || human::backup::compared(&view))
        }
        BackupAction::Adopt { id } => {
            let env = context.unlocked(&context.env)?;
            let view = context.with_peer(|peer| peer.adopt_backup(id.as_deref(), &env))?;
            context.emit(&view, || human::backup::adopted(&view))
        }
        BackupAction::Restore { id, into: Some(into), .. } => {
            let view = Peer::restore_beside(&context.home, id.as_deref(), into)?;
            context.emit(&view, || human::backup::restored(&view))
        }
        BackupAction::Restore { id, into: None, replace } => {
            let env = context.unlocked(&context.env)?;
            let view = Peer::restore_backup(&context.home, id.as_deref(), *replace, &env)?;
            context.emit(&view, || human::backup::restored(&view))
        }
    }
}
