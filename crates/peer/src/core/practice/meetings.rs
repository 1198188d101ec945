//! Meetings: what keeps them from their next state, tasks out of their actions, and whether one is worth it.

use tern_model::form::meeting::{
    ATTENDEES, Action, EXCUSED, MADE_ON, MeetingFields, MeetingState, PRESENT, STARTS,
};
use tern_model::form::{FORM, Form, OUTCOME, OWNER, STATE};
use tern_model::hours::{MINUTE_MS, Profile, Zone, shared_days};
use tern_model::mention;
use tern_model::{Class, Conflict, DocId, Edit, Kind, Value, order};
use tern_store::{FormRow, Store};
use tern_trust::Id16;

use crate::api::*;

use super::super::errors::{self, usage};
use super::super::forms::set;
use super::super::resolve::{self, Wanted, hex, unhex};
use super::super::templates::{self, Place};
use super::super::{Core, Work, mentions, people, spaces, words};
use super::{agreements, me, member, members, set_of};

/// Days ahead in which shared hours are looked for.
const CARD_DAYS: usize = 7;
/// What the guide to asynchronous work keeps for meeting.
const MEET_FOR: [&str; 6] = [
    "an emergency",
    "something sensitive or personal",
    "thinking something up together",
    "somebody’s first days",
    "a negotiation",
    "getting to know each other",
];
/// What it does in writing.
const WRITE_FOR: [&str; 6] = [
    "status and progress",
    "a review that needs time and context",
    "a decision whose reasons will be asked for later",
    "sharing what you know",
    "work that needs long thought",
    "people who share less than an hour a day",
];

/// The page that a text names, when it is a meeting.
pub(crate) fn find(store: &Store, text: &str) -> Result<DocId, PeerError> {
    let id = resolve::document(store, text, Wanted::Page)?;
    match store.form(&id.0)? {
        Some(row) if row.form == Form::Meeting.name() => Ok(id),
        _ => Err(usage(
            format!("“{}” is a page, and no meeting.", text.trim()),
            "`tern meeting list` shows meetings; `tern meeting new T` makes one.",
        )),
    }
}

/// The edits that make a page a meeting, called by oneself.
pub(crate) fn begin(work: &Work<'_, '_>) -> Vec<Edit> {
    let me = work.mem.member().map(|me| hex(&me)).unwrap_or_default();
    vec![
        set(FORM, Form::Meeting.name()),
        set(STATE, MeetingState::Planned.name()),
        set(OWNER, &me),
        set_of(ATTENDEES, vec![me]),
    ]
}

/// Makes a page of a meeting.
pub(crate) fn create(
    work: &mut Work<'_, '_>,
    title: &str,
    with: &[String],
    starts: Option<&str>,
    place: &Place<'_>,
) -> Result<DocId, PeerError> {
    let mut attendees = members(work, with)?;
    let me = me(work)?;
    if !attendees.contains(&me) {
        attendees.push(me);
    }
    let mut edits = vec![set_of(ATTENDEES, attendees)];
    if let Some(starts) = starts {
        edits.push(set(STARTS, &moment(work, starts)?));
    }
    let id = templates::begin(work, "Meeting", Some(title), place)?;
    work.edit(id, &edits)?;
    Ok(id)
}

/// A moment as typed, in one's own zone where it names none, as fields keep it.
pub(super) fn moment(work: &Work<'_, '_>, text: &str) -> Result<String, PeerError> {
    let mine = people::zone_of(&work.txn, work.mem.member());
    let at_ms = mine.moment(text).map_err(|e| PeerError::new(ErrorKind::Usage, format!("{e}.")))?;
    let named = text.split_once('[').and_then(|(_, zone)| Zone::get(zone.trim_end_matches(']')).ok());
    Ok(named.unwrap_or(mine).rfc9557(at_ms))
}

/// Changes fields of a meeting, all or none.
pub(crate) fn change(
    work: &mut Work<'_, '_>,
    page: &str,
    fields: &[(String, String)],
) -> Result<(DocId, Vec<TaskStep>), PeerError> {
    let id = find(&work.txn, page)?;
    let edits = fields.iter().map(|(name, value)| edit(work, name.trim(), value.trim()));
    let edits = edits.collect::<Result<Vec<_>, _>>()?;
    let back = super::edit(work, id, &edits)?;
    let now = work.doc(id)?.meeting();
    match now.lacks(now.state) {
        None => {}
        Some("agenda") => {
            return Err(usage(
                "A meeting that is on has an agenda; nothing stands under the heading Agenda.",
                "Write there what is to be talked about, and set state=on again.",
            ));
        }
        Some(_) => {
            return Err(usage(
                "A closed meeting has an outcome; this one says none.",
                "Add outcome=“…”, one line for those who were not there, or write it under the heading Outcome.",
            ));
        }
    }
    if now.state == MeetingState::Closed {
        // The tasks that closing makes stay: it is opened again, not taken back.
        close(work, id, &now)?;
        return Ok((id, Vec::new()));
    }
    Ok((id, back))
}

fn edit(work: &Work<'_, '_>, name: &str, value: &str) -> Result<Edit, PeerError> {
    Ok(match name {
        STATE => {
            let state = MeetingState::from_name(&value.to_lowercase())
                .ok_or_else(|| usage(format!("“{value}” is no state."), "Choose planned, on or closed."))?;
            set(STATE, state.name())
        }
        OUTCOME => {
            errors::bounded("The outcome", value, MAX_OUTCOME_CHARS)?;
            set(OUTCOME, value)
        }
        ATTENDEES | PRESENT | EXCUSED => set_of(name, members(work, &[value])?),
        STARTS if value.is_empty() => set(STARTS, ""),
        STARTS => set(STARTS, &moment(work, value)?),
        OWNER if value.is_empty() => set(OWNER, ""),
        OWNER => set(OWNER, &member(work, value)?),
        other => {
            return Err(usage(
                format!("A meeting has no field “{other}”."),
                "Fields: state outcome attendees present excused starts owner.",
            ));
        }
    })
}

/// Writes down what closing brings about: the outcome as a field, and a task for every line under Actions.
fn close(work: &mut Work<'_, '_>, id: DocId, meeting: &MeetingFields) -> Result<(), PeerError> {
    let outcome: String = meeting.outcome.chars().take(MAX_OUTCOME_CHARS).collect();
    let mut edits = vec![set(OUTCOME, outcome.trim())];
    if meeting.present.is_empty() {
        // Who was there is not said: whoever closes it was.
        edits.push(set_of(PRESENT, vec![me(work)?]));
    }
    work.edit(id, &edits)?;
    let space = spaces::space_of(&work.txn, work.mem, &id)?;
    for action in &meeting.actions {
        make_task(work, id, space, action)?;
    }
    Ok(())
}

/// The task of a line. Its id follows from the page and the line's block, so that people who close a meeting apart make one
/// task and not two.
pub(crate) fn task_of(page: &DocId, marker: &str) -> DocId {
    let hash = iroh_blobs::Hash::new(format!("tern meeting action\n{page}\n{marker}"));
    let mut id = [0; 15];
    id.copy_from_slice(&hash.as_bytes()[..15]);
    DocId::new(Class::Content, id)
}

/// Whose a line is and what it says without that. Where several people bear the name it is nobody's.
fn read_action(names: &[(Id16, String)], text: &str) -> (Option<Id16>, String) {
    let mut owner = None;
    let (mut rest, mut upto) = (String::new(), 0);
    for (at, after) in mention::signs(text) {
        let named = mentions::at(names, text.get(after..).unwrap_or_default());
        let Some((length, [member])) = named.as_ref().map(|(length, members)| (*length, members.as_slice()))
        else {
            continue;
        };
        if at >= upto && *owner.get_or_insert(*member) == *member {
            rest += text.get(upto..at).unwrap_or_default();
            upto = after + length;
            let tail = text.get(upto..).unwrap_or_default();
            upto += tail.len() - tail.trim_start_matches([',', ':', ';', '.', '!', '?']).len();
        }
    }
    rest += text.get(upto..).unwrap_or_default();
    let title = rest.split_whitespace().collect::<Vec<_>>().join(" ");
    let title = title.trim_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '–' | '—' | '-'));
    (owner, if title.is_empty() { text.to_owned() } else { title.to_owned() })
}

fn make_task(work: &mut Work<'_, '_>, page: DocId, space: Id16, action: &Action) -> Result<(), PeerError> {
    let id = task_of(&page, &action.marker);
    if work.doc(id).is_ok() {
        return Ok(());
    }
    let names = people::names(&work.txn, &work.mem.membership);
    let (owner, title) = read_action(&names, &action.text);
    let title: String = title.chars().take(errors::MAX_TITLE_CHARS).collect();
    let last = work.txn.tasks()?.into_iter().map(|task| task.ord).max();
    let tie = work.random();
    let text = |name: &str, value: &str| set(name, value);
    let mut edits = vec![
        text("title", &title),
        text("status", "todo"),
        text("order", &order::between(last.as_deref(), None, tie)),
        text(MADE_ON, &page.to_string()),
    ];
    edits.extend(owner.map(|owner| text("assignee", &hex(&owner))));
    work.create_in(space, id, &Kind::Task, &edits)
}

/// What a row says of a meeting.
fn meeting_of(row: &FormRow) -> MeetingFields {
    serde_json::from_str(&row.json).unwrap_or_default()
}

impl Core {
    pub(crate) fn meetings_view(&self, state: Option<&str>) -> Result<MeetingsView, PeerError> {
        let wanted = state
            .map(|word| {
                MeetingState::from_name(&word.trim().to_lowercase())
                    .ok_or_else(|| usage(format!("“{word}” is no state."), "Choose planned, on or closed."))
            })
            .transpose()?;
        let rows = self.store.forms(Form::Meeting.name())?.into_iter().filter(|row| !row.trashed);
        let mut meetings = Vec::new();
        for row in rows {
            let fields = meeting_of(&row);
            if wanted.is_none_or(|state| fields.state == state) {
                let starts = Zone::utc().moment(&fields.starts).unwrap_or(row.created_ms);
                let key = (fields.state == MeetingState::Closed, starts, row.doc);
                meetings.push((key, self.meeting_row(&row, &fields)?));
            }
        }
        meetings.sort_by_key(|(key, _)| *key);
        Ok(MeetingsView { meetings: meetings.into_iter().map(|(_, meeting)| meeting).collect() })
    }

    pub(crate) fn meeting_view(&self, id: DocId) -> Result<MeetingView, PeerError> {
        let row = self.store.form(&id.0)?.unwrap_or_default();
        let fields = meeting_of(&row);
        self.meeting_row(&row, &fields)
    }

    fn meeting_row(&self, row: &FormRow, fields: &MeetingFields) -> Result<MeetingView, PeerError> {
        let zone = self.my_zone();
        let starts_ms = Zone::utc().moment(&fields.starts).ok();
        let attendee = |member: &String| {
            let profile = self.hours_of(member);
            let here = profile.as_ref().zip(starts_ms);
            AttendeeView {
                id: member.clone(),
                name: self.person_view(member).name,
                present: fields.present.contains(member),
                excused: fields.excused.contains(member),
                missed: fields.missed(member),
                local: here.map(|(profile, at)| profile.zone.show(at)),
                in_hours: here.map(|(profile, at)| profile.is_working(at)),
            }
        };
        let conflicts: Vec<Conflict> = serde_json::from_str(&row.conflicts_json).unwrap_or_default();
        let next = match fields.state {
            MeetingState::Planned => MeetingState::On,
            _ => MeetingState::Closed,
        };
        let actions = fields.actions.iter().map(|action| self.action_view(&DocId(row.doc), action));
        let is_over = fields.state == MeetingState::Closed;
        Ok(MeetingView {
            id: DocId(row.doc).to_string(),
            title: row.title.clone(),
            state: fields.state.name().to_owned(),
            owner: (!fields.owner.is_empty()).then(|| self.person_view(&fields.owner)),
            starts: starts_ms.map(|_| fields.starts.clone()),
            starts_local: starts_ms.map(|at| zone.show(at)),
            attendees: fields.attendees.iter().map(attendee).collect(),
            agenda: fields.agenda.clone(),
            outcome: fields.outcome.clone(),
            actions: actions.collect::<Result<_, _>>()?,
            lacks: fields.lacks(next).map(str::to_owned),
            card: if is_over { None } else { Some(self.card(&fields.attendees, &row.lane)?) },
            conflicts: words::conflicts(&self.store, &self.mem.membership, &zone, &conflicts),
            updated: zone.rfc9557(row.updated_ms),
            back: Vec::new(),
        })
    }

    fn action_view(&self, page: &DocId, action: &Action) -> Result<ActionView, PeerError> {
        let id = task_of(page, &action.marker);
        let task = self.store.task(&id.0)?;
        let names = people::names(&self.store, &self.mem.membership);
        let owner = match &task {
            Some(task) => task.assignee,
            None => read_action(&names, &action.text).0,
        };
        Ok(ActionView {
            text: action.text.clone(),
            status: task.as_ref().map(|task| task.status.clone()),
            task: task.map(|_| id.to_string()),
            owner: owner.map(|owner| self.person_view(&hex(&owner))),
        })
    }

    /// Whether a meeting of these people is worth it.
    pub(crate) fn meeting_card(&self, with: &[String]) -> Result<MeetingCard, PeerError> {
        let mut who = Vec::new();
        for text in with.iter().flat_map(|text| text.split(',')).filter(|text| !text.trim().is_empty()) {
            who.push(hex(&self.find_member(text)?));
        }
        who.extend(self.mem.member().map(|me| hex(&me)));
        self.card(&who, &tern_trust::derive::ZERO16)
    }

    fn card(&self, members: &[String], lane: &Id16) -> Result<MeetingCard, PeerError> {
        let members: std::collections::BTreeSet<&String> = members.iter().collect();
        let profiles =
            members.iter().filter_map(|m| unhex(m)).map(|m: Id16| people::profile_of(&self.store, &m));
        let profiles: Vec<Profile> = profiles.flatten().collect();
        let (zone, now_ms) = (self.my_zone(), self.now_ms());
        let days = shared_days(&profiles.iter().collect::<Vec<_>>(), &zone, zone.date(now_ms), CARD_DAYS);
        let shared_ms = days.iter().map(tern_model::hours::SharedDay::total_ms).max().unwrap_or(0);
        let needed_ms = agreements::in_force(&self.store, lane)?.1.meeting_ms();
        let writes = profiles.len() > 1 && shared_ms < needed_ms;
        let (shared_minutes, needed_minutes) = (shared_ms / MINUTE_MS, needed_ms / MINUTE_MS);
        let text = match (profiles.len(), writes) {
            (0 | 1, _) => "Nobody else is asked to come yet.".to_owned(),
            (_, true) => format!(
                "You share at most {shared_minutes} minutes a day: write instead, and meet only for what writing cannot do."
            ),
            (_, false) => {
                format!("You share up to {shared_minutes} minutes a day. Meet for what writing cannot do.")
            }
        };
        let owned = |list: &[&str]| list.iter().map(|line| (*line).to_owned()).collect();
        Ok(MeetingCard {
            recommends: if writes { "write" } else { "choose" }.to_owned(),
            shared_minutes,
            needed_minutes,
            text,
            meet_for: owned(&MEET_FOR),
            write_for: owned(&WRITE_FOR),
        })
    }
}

/// What a digest tells of a meeting that others changed once it is closed, and why oneself needs to know: one was to be there
/// and was not, `missed`, or had said so, `excused`.
pub(crate) fn told(meeting: &MeetingFields, me: &str) -> Option<(&'static str, String)> {
    (meeting.state == MeetingState::Closed).then(|| {
        let absent = meeting.absent().find(|member| *member == me);
        let why = match absent.map(|me| meeting.missed(me)) {
            Some(true) => "missed",
            Some(false) => "excused",
            None => "",
        };
        let actions = match meeting.actions.len() {
            0 => String::new(),
            1 => " · 1 action".to_owned(),
            n => format!(" · {n} actions"),
        };
        (why, format!("Outcome: {}{actions}", meeting.outcome))
    })
}

/// The value of a field that names members, for a reader.
pub(crate) fn names_of(store: &Store, value: &Value) -> Option<String> {
    let items = value.as_list()?;
    let name = |item: &String| unhex(item).map_or_else(|| item.clone(), |m: Id16| people::name_of(store, &m));
    Some(items.iter().map(name).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_whose_it_names_first_and_its_title_is_the_rest() {
        let names = [(1, "Ben"), (2, "Aiko Tanaka"), (3, "Ben Whitfield")];
        let names = names.map(|(n, name)| ([n; 16], name.to_owned()));
        for (line, owner, title) in [
            ("@ben paints the pier", Some([1; 16]), "paints the pier"),
            ("Ropes: @Aiko, by Friday", Some([2; 16]), "Ropes: by Friday"),
            ("Ask @nobody", None, "Ask @nobody"),
            ("@ben", Some([1; 16]), "@ben"),
            ("@Ben Whitfield: the ropes, @ben", Some([3; 16]), "the ropes, @ben"),
            ("@Benjamin paints", None, "@Benjamin paints"),
            ("@aiko tanaka (again @Aiko) sails", Some([2; 16]), "(again ) sails"),
        ] {
            assert_eq!(read_action(&names, line), (owner, title.to_owned()), "{line}");
        }
    }
}
