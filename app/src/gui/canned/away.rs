//! What happened while one was away in the canned workspace: the digest, the heads of a decision and of a hand-off.

use std::collections::BTreeMap;

use tern_peer::{
    Command, DecideByView, DeciderView, DecisionLink, DecisionView, DigestCounted, DigestCounts, DigestItem,
    DigestPart, DigestView, HandoffView, HeadView, InboxItem, IncidentView, OnView, PersonView,
    PracticeCommand, ProfileView, Query, Reply, UpkeepPage, View,
};

/// What is kept of it.
pub struct Away {
    /// What others changed.
    pub digest: Vec<DigestItem>,
    /// Cleared, and kept for taking it back.
    cleared: Vec<DigestItem>,
    /// Decisions by page.
    pub decisions: BTreeMap<String, DecisionView>,
    /// Hand-offs by page.
    pub handoffs: BTreeMap<String, HandoffView>,
    /// Incidents by page.
    pub incidents: BTreeMap<String, IncidentView>,
    /// Who answers for pages, by page.
    pub upkeep: BTreeMap<String, UpkeepPage>,
    /// Projects that pages belong to, by page.
    pub projects: BTreeMap<String, OnView>,
    /// Answers to further queries, by name.
    pub more: super::notices::Notices,
}

fn item(group: &str, id: &str, kind: &str, title: &str, author: &str, when: &str, text: &str) -> DigestItem {
    DigestItem {
        group: group.into(),
        id: id.into(),
        kind: kind.into(),
        title: title.into(),
        text: text.into(),
        authors: [author.to_owned()].into_iter().filter(|name| !name.is_empty()).collect(),
        when: when.into(),
        changes: 2,
        from_heads: format!("{id}-before"),
        heads: format!("{id}-now"),
        ..DigestItem::default()
    }
}

fn part(state: &str, text: &str) -> DigestPart {
    DigestPart { state: state.into(), text: text.into() }
}

fn person(id: &str, name: &str) -> PersonView {
    PersonView { id: id.into(), name: name.into() }
}

impl Default for Away {
    fn default() -> Self {
        let asked = DigestItem {
            why: "owed".into(),
            expected_by: Some("2026-11-25T09:00:00Z".into()),
            ..item(
                "needs_you",
                "captions",
                "thread",
                "Can the index hold photo captions?",
                "Aiko",
                "2026-11-24T08:40:00Z",
                "Surveyors remember the photo.",
            )
        };
        let plan = DigestItem {
            parts: vec![
                part("same", "Each crew gets "),
                part("removed", "a PDF on the tablet"),
                part("added", "a printed card and one charged spare tablet"),
                part("same", "."),
            ],
            ..item("docs", "launch", "page", "Launch plan, 3.2", "Carla", "2026-11-23T22:12:00Z", "+“a card”")
        };
        let handed = DigestItem {
            why: "handoff".into(),
            also: vec![DigestCounted {
                id: "figures".into(),
                why: "handoff".into(),
                changes: 1,
                from_heads: String::new(),
                heads: "figures-now".into(),
            }],
            ..item("needs_you", "kit", "handoff", "Field kit", "Mia", "2026-11-24T13:05:00Z", "New")
        };
        let decided = item(
            "decided",
            "web",
            "decision",
            "Map tiles: vector, from the node",
            "Aiko",
            "2026-11-24T05:20:00Z",
            "Decided: Raster only for print.",
        );
        let moved = item(
            "tasks",
            "7k3qx",
            "task",
            "Build the index in the background",
            "Dev",
            "2026-11-24T10:00:00Z",
            "status: todo → doing",
        );
        let weekly = item(
            "fyi",
            "weekly",
            "thread",
            "Weekly update, Kolkata",
            "Dev",
            "2026-11-24T13:20:00Z",
            "All is well.",
        );
        let decision = DecisionView {
            id: "decision".into(),
            title: "Keep the search index on the device".into(),
            state: "proposed".into(),
            owner: Some(person("me", "Ben")),
            deciders: ["aiko Aiko", "carla Carla", "mia Mia"]
                .iter()
                .filter_map(|both| both.split_once(' '))
                .map(|(id, name)| DeciderView { id: id.into(), name: name.into(), local: None })
                .collect(),
            decide_by: Some(DecideByView {
                date: "2026-11-25".into(),
                zone: "Europe/London".into(),
                at: Some("2026-11-25T17:00:00Z".into()),
                ..DecideByView::default()
            }),
            affects: vec![OnView { id: "p1".into(), kind: "project".into(), title: "Web".into() }],
            supersedes: vec![DecisionLink { id: "notes".into(), title: "Accessibility notes".into() }],
            superseded_by: vec![DecisionLink { id: "launch".into(), title: "Launch plan, 3.2".into() }],
            ..DecisionView::default()
        };
        let handoff = HandoffView {
            id: Some("kit".into()),
            title: "Field kit".into(),
            state: "open".into(),
            owner: person("mia", "Mia"),
            to: person("me", "Ben"),
            begins: Some("Wed 25 Nov 09:00".into()),
            begins_theirs: Some("Wed 25 Nov 09:00".into()),
            tasks: 2,
            thread: Some("figures".into()),
            ..HandoffView::default()
        };
        Away {
            digest: vec![handed, asked, decided, plan, moved, weekly],
            cleared: Vec::new(),
            decisions: [("decision".to_owned(), decision)].into(),
            handoffs: [("kit".to_owned(), handoff)].into(),
            incidents: Default::default(),
            upkeep: Default::default(),
            projects: Default::default(),
            more: super::notices::Notices::default(),
        }
    }
}

impl Away {
    /// Answers a query; nothing for anything else.
    pub(super) fn answer(&self, query: &Query, inbox: &[InboxItem], people: &[ProfileView]) -> Option<View> {
        match query {
            Query::Digest { .. } => Some(View::Digest(self.view())),
            Query::Head { page } => {
                let decision = self.decisions.get(page).cloned();
                let link = |id: &str, title: &str| DecisionLink { id: id.into(), title: title.into() };
                let project = |id: &str, title: &str| OnView {
                    id: id.into(),
                    kind: "project".into(),
                    title: title.into(),
                };
                Some(View::Head(Box::new(HeadView {
                    id: page.clone(),
                    decisions: vec![link("notes", "Accessibility notes"), link("team", "Team")],
                    projects: vec![project("p1", "Web"), project("p2", "Field kit")],
                    handoff: self.handoffs.get(page).cloned(),
                    decision,
                    incident: self.incidents.get(page).cloned(),
                    upkeep: self
                        .upkeep
                        .get(page)
                        .cloned()
                        .unwrap_or_else(|| UpkeepPage { id: page.clone(), ..UpkeepPage::default() }),
                    project: self.projects.get(page).cloned(),
                })))
            }
            query => self.more.answer(query, inbox, people),
        }
    }

    fn view(&self) -> DigestView {
        let of = |group: &str| self.digest.iter().filter(|item| item.group == group).count();
        let counts = DigestCounts {
            needs_you: of("needs_you"),
            decided: of("decided"),
            docs: of("docs"),
            tasks: of("tasks"),
            fyi: of("fyi"),
            muted: 1,
        };
        let muted = DigestCounted {
            id: "tablets".into(),
            why: "muted".into(),
            changes: 3,
            from_heads: String::new(),
            heads: "tablets-now".into(),
        };
        let counted = if self.digest.is_empty() { Vec::new() } else { vec![muted] };
        DigestView { items: self.digest.clone(), counted, counts, since: None }
    }

    /// Performs a command; nothing for anything else.
    pub(super) fn perform(&mut self, command: &Command) -> Option<Reply> {
        match command {
            Command::SeenAll { seen } => {
                let (gone, stay) = std::mem::take(&mut self.digest)
                    .into_iter()
                    .partition(|item| seen.iter().any(|(id, _)| *id == item.id));
                self.digest = stay;
                self.cleared.extend::<Vec<DigestItem>>(gone);
            }
            Command::SeenBack { seen } => {
                let (back, gone) = std::mem::take(&mut self.cleared)
                    .into_iter()
                    .partition(|item: &DigestItem| seen.iter().any(|(id, _)| *id == item.id));
                self.cleared = gone;
                self.digest.extend::<Vec<DigestItem>>(back);
            }
            Command::DecisionSet { page, fields } => {
                let decision = self.decisions.get_mut(page)?;
                for (name, value) in fields {
                    match name.as_str() {
                        "state" => decision.state.clone_from(value),
                        "outcome" => decision.outcome.clone_from(value),
                        "owner" => decision.owner = Some(person(value, "Aiko")),
                        "deciders" => decision.deciders.retain(|one| value.contains(&one.id)),
                        _ => {}
                    }
                }
            }
            Command::Practice(PracticeCommand::IncidentSet { page, fields }) => {
                let incident = self.incidents.get_mut(page)?;
                for (name, value) in fields {
                    let said = Some(value.clone()).filter(|value| !value.is_empty());
                    match name.as_str() {
                        "state" => incident.state.clone_from(value),
                        "severity" => incident.severity = said,
                        "outcome" => incident.outcome.clone_from(value),
                        "resolved" => incident.resolved = said,
                        _ => {}
                    }
                }
            }
            Command::HandoffAnswer { page, accept, reason } => {
                let handoff = self.handoffs.get_mut(page)?;
                handoff.state = if *accept { "accepted" } else { "returned" }.into();
                handoff.reason = reason.clone().unwrap_or_default();
            }
            Command::Handoff { to } => {
                let made = HandoffView {
                    id: Some("battery".into()),
                    owner: person("me", "Ben"),
                    to: person(to.as_deref().unwrap_or("mia"), "Mia"),
                    tasks: 3,
                    left_out: 1,
                    state: "open".into(),
                    begins: Some("Wed 25 Nov 07:00".into()),
                    begins_theirs: Some("Wed 25 Nov 08:00".into()),
                    ..HandoffView::default()
                };
                self.handoffs.insert("battery".into(), made.clone());
                return Some(Reply::Handoff(Box::new(made)));
            }
            command => return self.more.perform(command),
        }
        Some(Reply::Done {})
    }
}
