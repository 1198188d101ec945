//! Conditions on named states, relations and fields that projects define.

use std::collections::BTreeMap;

use super::{TaskRow, Test};

/// What a task says beside its common fields, for questions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct More {
    /// The named state of its project, if it has such.
    pub state: Option<String>,
    /// Whether it waits for a task that is not closed.
    pub blocked: bool,
    /// Whether it comes again.
    pub recurs: bool,
    /// Whether another task says the same.
    pub duplicate: bool,
    /// What the task of which it is a part can be called: id, short id, title.
    pub parent: Vec<String>,
    /// Name of its cycle.
    pub cycle: Option<String>,
    /// Values of its project's fields, by name.
    pub values: BTreeMap<String, String>,
}

fn same(have: &str, wanted: &str) -> bool {
    have.to_lowercase() == wanted
}

/// Whether a condition of this module holds.
pub(super) fn holds(test: &Test, task: &TaskRow) -> bool {
    let more = &task.more;
    match test {
        Test::NamedState(any) => {
            any.iter().any(|wanted| more.state.as_deref().is_some_and(|state| same(state, wanted)))
        }
        Test::Parent(any) => any.iter().any(|wanted| match wanted {
            None => more.parent.is_empty(),
            Some(wanted) => more.parent.iter().any(|name| same(name, wanted)),
        }),
        Test::Cycle(any) => any.iter().any(|wanted| match wanted {
            None => more.cycle.is_none(),
            Some(wanted) => more.cycle.as_deref().is_some_and(|cycle| same(cycle, wanted)),
        }),
        Test::Own(name, any) => {
            let value = more.values.iter().find(|(known, _)| same(known, name)).map(|(_, value)| value);
            let holds = |wanted: &String| match value {
                None => wanted == "none" && !more.values.is_empty(),
                Some(value) => same(value, wanted) || value.split(',').any(|one| same(one.trim(), wanted)),
            };
            // A word with a colon that names no field is looked for as it stands.
            any.iter().any(holds) || task.title.to_lowercase().contains(&format!("{name}:{}", any.join(",")))
        }
        _ => false,
    }
}
