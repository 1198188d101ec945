//! Names of a project's states. A state stays what it was made as; what it is called is a field of its own, so that two people
//! who rename it apart rename one state, and tasks keep theirs without being written.

use tern_model::DocId;
use tern_model::project::{Plan, STATE_NAME, State};

use super::{named, not_found, set, usage};
use crate::api::PeerError;
use crate::core::Work;

/// All states as the set holds them.
pub(super) fn made(plan: &Plan) -> Vec<State> {
    plan.states.iter().map(State::as_made).collect()
}

/// A state as typed, for the set: one that is called so now keeps what it was made as.
pub(super) fn as_made(plan: &Plan, typed: State) -> State {
    let known = plan.state(&typed.name).map(|state| state.key().to_owned());
    State { name: known.unwrap_or(typed.name), ..typed }
}

/// Calls a state otherwise.
pub(super) fn rename(work: &mut Work<'_, '_>, id: DocId, state: &str, name: &str) -> Result<(), PeerError> {
    let name = name.trim();
    named(name)?;
    let plan = work.doc(id)?.plan();
    let known = plan.state(state).ok_or_else(|| {
        let names: Vec<&str> = plan.states.iter().map(|state| state.name.as_str()).collect();
        let next = match names.as_slice() {
            [] => "The project has no named states; `tern project set P state=\"In QA:review\"` adds one."
                .to_owned(),
            names => format!("Its states are {}.", names.join(", ")),
        };
        not_found("state", state).next(next)
    })?;
    if let Some(other) = plan.state(name).filter(|other| *other != known) {
        return Err(usage(
            format!("“{}” is another state of this project, or was made as “{name}”.", other.name),
            "Choose a name that no other state has or had.",
        ));
    }
    let value = if name == known.key() { "" } else { name };
    work.edit(id, &[set(&format!("{STATE_NAME}{}", known.key()), value)])?;
    Ok(())
}
