//! Focus: a time until which one wants to hear nothing, said in one's profile.

use tern_model::Edit;
use tern_model::Value;
use tern_model::hours::{DAY_MS, Zone};
use tern_model::person::FOCUS_UNTIL;
use tern_store::Store;
use tern_trust::Id16;

use crate::api::{ErrorKind, PeerError};

use super::errors::{bad_input, usage};
use super::{Work, people};

/// Furthest end of focus.
const MAX_FOCUS_MS: i64 = 14 * DAY_MS;

/// The instant that a time of day means next, or that a moment names.
fn instant(zone: &Zone, text: &str, now_ms: i64) -> Result<i64, PeerError> {
    let text = text.trim();
    let day = zone.date(now_ms);
    let next = [Some(day), day.tomorrow().ok()].into_iter().flatten().find_map(|day| {
        let at = zone.moment(&format!("{day}T{text}")).ok()?;
        (text.len() <= 5 && at > now_ms).then_some(at)
    });
    match next {
        Some(at) => Ok(at),
        None => zone.moment(text).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}."))),
    }
}

/// Begins focus until a moment, or ends it.
pub(crate) fn set(work: &mut Work<'_, '_>, until: Option<&str>) -> Result<(), PeerError> {
    let me = work.mem.member().ok_or_else(|| bad_input("This device does not belong to a member yet."))?;
    let value = match until {
        None => Value::Null,
        Some(text) => {
            let (zone, now_ms) = (people::zone_of(&work.txn, Some(me)), work.now_ms());
            let at_ms = instant(&zone, text, now_ms)?;
            if at_ms <= now_ms || at_ms - now_ms > MAX_FOCUS_MS {
                return Err(usage(
                    "Focus ends within two weeks from now.",
                    "Name a time of day, as 15:00, or a moment.",
                ));
            }
            Value::Text(Zone::utc().rfc3339(at_ms))
        }
    };
    work.edit(people::document_of(&me), &[Edit::SetField { name: FOCUS_UNTIL.to_owned(), value }])?;
    Ok(())
}

/// Until when somebody wants to hear nothing, while that is to come.
pub(crate) fn until(store: &Store, member: &Id16, now_ms: i64) -> Option<i64> {
    let said = people::fields_of(store, member)?.focus_until;
    Zone::utc().moment(&said).ok().filter(|at| *at > now_ms)
}
