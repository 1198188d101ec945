//! The story of the tour, step by step.

use std::path::Path;

use tern_peer::{Command, Peer, PeerError, Query, Reply, TaskView, View};

use super::machines::{Desk, Laptop, RunningNode};
use super::teller::{Teller, broken};
use super::{proof, sample};
use crate::failure;
use crate::human::{self, Clock, count, size};

const BEN: &str = "Ben Whitfield";
const AIKO: &str = "Aiko Tanaka";
const TASK: &str = "Write the hand-off checklist";
const BEN_FROM: &str = "Every piece of work ends";
const BEN_TO: &str = "Every piece of work and every watch ends";
const AIKO_FROM: &str = "without a meeting.";
const AIKO_TO: &str = "without a meeting. Write it while you still remember why.";
const AIKO_PAGE: &str = "Fog over Yokohama";
const AIKO_TEXT: &str = "The 06:40 boat waited for the fog. 霧が晴れるまで待ちました。";
const BEN_TEXT: &str = "The gate scanner in Dover needs a second battery.";

/// Words that must never lie on the node's disk: titles, names and text.
const CANARIES: [&str; 12] = [
    sample::WORKSPACE,
    BEN,
    AIKO,
    "Welcome aboard",
    "Reykjavik",
    "boarding passes fail",
    TASK,
    "hand-off",
    AIKO_PAGE,
    "while you still remember",
    "霧が晴れるまで",
    "gate scanner in Dover",
];

/// The cast.
struct Cast {
    ben: Laptop,
    aiko: Laptop,
    node: RunningNode,
    invitation: String,
}

/// Takes the tour in `dir`.
pub(super) fn take(dir: &Path, teller: &mut Teller) -> Result<(), PeerError> {
    let mut cast = begin(dir, teller)?;
    apart(&cast, teller)?;
    together(&cast, teller)?;
    see(&cast, teller)?;
    prove(dir, &mut cast, teller)
}

/// Workspace, node, import, invitation, and Aiko joining while Ben sleeps.
fn begin(dir: &Path, teller: &mut Teller) -> Result<Cast, PeerError> {
    let ben = Laptop::new(dir, "ben", BEN, "Europe/London", "Mon-Fri 09:00-17:30");
    let aiko = Laptop::new(dir, "aiko", AIKO, "Asia/Tokyo", "Mon-Fri 09:00-18:00");
    teller.step("workspace", "Ben makes a workspace on his laptop, without any account or server", || {
        let made = Peer::init(&ben.home, &ben.profile, sample::WORKSPACE, &tern_peer::Env::default())?;
        let words = made.recovery_words.split_whitespace().count();
        Ok(vec![format!(
            "“{}” is ready; {words} recovery words bring it back if the laptop is lost.",
            sample::WORKSPACE
        )])
    })?;
    teller.step("import", "He brings in the team's handbook, a folder of Markdown files", || {
        let folder = dir.join("handbook");
        sample::write(&folder)?;
        ben.open(|desk| import(desk, &folder))
    })?;
    let mut node = None;
    teller.step("node", "A small machine that is always on becomes the workspace's node", || {
        let started = node.insert(RunningNode::start(dir.join("node"))?);
        ben.open(|desk| desk.call(Command::RelayAdd { ticket: started.ticket.clone() }))?;
        Ok(vec!["It gets no key: it keeps and passes on sealed items that it cannot open.".into()])
    })?;
    let node = node.ok_or_else(failure::mismatch)?;
    let mut invitation = String::new();
    teller.step("invite", "Ben invites Aiko, lets the node have everything, and goes home", || {
        invitation = ben.open(invite)?;
        let report = ben.meet_node()?;
        let sent: u64 = report.peers.iter().map(|p| p.items_sent).sum();
        let mut lines = vec![format!(
            "{} went to the node. Ben's laptop is off.",
            count(sent, "sealed item", "sealed items")
        )];
        lines.extend(ben.open(delivery)?);
        Ok(lines)
    })?;
    let cast = Cast { ben, aiko, node, invitation };
    teller.step(
        "join",
        "Aiko joins from Tokyo with the ticket and the node alone; nobody else is awake",
        || join(&cast),
    )?;
    Ok(cast)
}

fn import(desk: &Desk, folder: &Path) -> Result<Vec<String>, PeerError> {
    let Reply::Import(report) = desk.call(Command::Import { path: folder.into(), dry_run: false })? else {
        return Err(failure::mismatch());
    };
    if report.created < sample::PAGE_COUNT as u64 || !report.refused.is_empty() {
        return Err(broken(format!("Of {} pages {} came in.", sample::PAGE_COUNT, report.created)));
    }
    let Reply::Import(again) = desk.call(Command::Import { path: folder.into(), dry_run: false })? else {
        return Err(failure::mismatch());
    };
    if again.created + again.updated > 0 {
        return Err(broken("A second import of the same folder changed something."));
    }
    desk.call(Command::TaskNew { line: format!("{TASK} #handover !high") })?;
    let mut lines = vec![format!(
        "{}, a picture and the links between them; importing the folder again changes nothing.",
        count(report.created, "page", "pages")
    )];
    lines.extend(tree(desk)?);
    lines.push(format!("And a task: {}", task_line(&desk.only_task()?)));
    Ok(lines)
}

fn invite(desk: &Desk) -> Result<String, PeerError> {
    let command =
        Command::Invite { role: "writer".into(), mode: "open".into(), uses: 1, expires_ms: 72 * 3_600_000 };
    match desk.call(command)? {
        Reply::Ticket { ticket } => Ok(ticket),
        _ => Err(failure::mismatch()),
    }
}

fn join(cast: &Cast) -> Result<Vec<String>, PeerError> {
    let aiko = &cast.aiko;
    let env = tern_peer::Env::default();
    let report = Peer::join(&aiko.home, &cast.invitation, &aiko.profile, None, &env)?;
    if report.state != "member" {
        return Err(broken(format!("Aiko's state is “{}” instead of “member”.", report.state)));
    }
    aiko.open(|desk| {
        desk.meet_node()?;
        let View::Members(view) = desk.0.query(Query::Members)? else { return Err(failure::mismatch()) };
        let names: Vec<String> =
            view.members.iter().map(|m| format!("{} ({}, {})", m.name, m.role, m.zone)).collect();
        let View::Pages(pages) = desk.0.query(Query::Pages { trash: false })? else {
            return Err(failure::mismatch());
        };
        desk.page(sample::SHARED_PAGE)?;
        Ok(vec![
            format!("Members: {}.", names.join(", ")),
            format!(
                "The whole handbook is on her laptop: {}.",
                count(pages.pages.len() as u64, "page", "pages")
            ),
        ])
    })
}

/// Both work without any network.
fn apart(cast: &Cast, teller: &mut Teller) -> Result<(), PeerError> {
    teller.step("ben-offline", "Ben works on a train, with no network", || {
        cast.ben.open(|desk| {
            desk.rewrite(sample::SHARED_PAGE, BEN_FROM, BEN_TO)?;
            set_status(desk, "doing")?;
            desk.move_under(sample::RELEASES, sample::INCIDENTS)?;
            let page = desk.page(sample::INCIDENTS)?;
            desk.call(Command::PageAppend { page, markdown: format!("\n{BEN_TEXT}\n") })?;
            let mut lines = vec![
                format!("“{}”: writes “… and every watch …” into the first paragraph", sample::SHARED_PAGE),
                format!(
                    "task: status becomes doing; page “{}” moves under “{}”",
                    sample::RELEASES,
                    sample::INCIDENTS
                ),
            ];
            lines.extend(delivery(desk)?);
            Ok(lines)
        })
    })?;
    teller.step("aiko-offline", "Aiko works on the ferry, with no network, on the same things", || {
        cast.aiko.open(|desk| {
            desk.rewrite(sample::SHARED_PAGE, AIKO_FROM, AIKO_TO)?;
            set_status(desk, "review")?;
            desk.move_under(sample::INCIDENTS, sample::RELEASES)?;
            let markdown = Some(format!("{AIKO_TEXT}\n"));
            desk.call(Command::PageNew { title: AIKO_PAGE.into(), parent: None, space: None, markdown })?;
            let mut lines = vec![
                format!("“{}”: adds a sentence to the same paragraph", sample::SHARED_PAGE),
                format!(
                    "task: status becomes review; page “{}” moves under “{}”",
                    sample::INCIDENTS,
                    sample::RELEASES
                ),
                format!("a page of her own: “{AIKO_PAGE}”"),
            ];
            lines.extend(delivery(desk)?);
            Ok(lines)
        })
    })
}

fn set_status(desk: &Desk, status: &str) -> Result<(), PeerError> {
    let task = desk.only_task()?.id;
    desk.call(Command::TaskSet { task, fields: vec![("status".into(), status.into())] }).map(|_| ())
}

/// Each meets the node at their own time.
fn together(cast: &Cast, teller: &mut Teller) -> Result<(), PeerError> {
    teller.step("meet", "Each meets the node in their own morning; the laptops never meet each other", || {
        let mut lines = Vec::new();
        for (name, laptop) in [("Ben", &cast.ben), ("Aiko", &cast.aiko), ("Ben", &cast.ben)] {
            let report = laptop.meet_node()?;
            for p in report.peers.iter().filter(|p| p.in_sync) {
                lines.push(format!(
                    "{name} ⇄ node: {} out, {} in ({} and {})",
                    count(p.items_sent, "item", "items"),
                    count(p.items_received, "item", "items"),
                    size(p.bytes_sent),
                    size(p.bytes_received)
                ));
            }
        }
        lines.push(format!("The node keeps {}.", count(cast.node.items()?, "sealed item", "sealed items")));
        Ok(lines)
    })
}

/// What both see now.
fn see(cast: &Cast, teller: &mut Teller) -> Result<(), PeerError> {
    teller
        .step("paragraph", "The paragraph that both wrote in holds both", || both(cast, merged_paragraph))?;
    teller.step("field", "Both set the same field: one value shows, the other is kept beside it", || {
        both(cast, kept_value)
    })?;
    teller.step("moves", "Each page was moved under the other: there is one tree, and a note", || {
        both(cast, moves)
    })?;
    teller.step("delivery", "What each machine has, in words", || {
        let mut lines = Vec::new();
        for (name, laptop) in [("Ben's laptop says:", &cast.ben), ("Aiko's laptop says:", &cast.aiko)] {
            lines.push(name.to_owned());
            lines.extend(laptop.open(delivery)?.into_iter().map(|l| format!("  {l}")));
        }
        Ok(lines)
    })?;
    teller.step("when", "If Ben asks Aiko something now, when can he expect an answer?", || {
        cast.ben.open(|desk| {
            let query = Query::When { who: AIKO.into(), available: None, urgency: None };
            let View::When(view) = desk.0.query(query)? else { return Err(failure::mismatch()) };
            Ok(human::people::when(&view).lines().map(str::to_owned).collect())
        })
    })
}

/// The same evidence on both laptops, told once.
fn both(
    cast: &Cast,
    evidence: fn(&Desk) -> Result<Vec<String>, PeerError>,
) -> Result<Vec<String>, PeerError> {
    let (bens, aikos) = (cast.ben.open(evidence)?, cast.aiko.open(evidence)?);
    if bens == aikos {
        return Ok(bens);
    }
    Err(broken(format!("Ben sees “{}”, Aiko sees “{}”.", bens.join(" / "), aikos.join(" / "))))
}

fn merged_paragraph(desk: &Desk) -> Result<Vec<String>, PeerError> {
    let text = desk.markdown(&desk.page(sample::SHARED_PAGE)?)?;
    let whole = sample::PARAGRAPH.replacen(BEN_FROM, BEN_TO, 1).replacen(AIKO_FROM, AIKO_TO, 1);
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if joined.contains(&whole) {
        return Ok(vec![format!("“{whole}”")]);
    }
    Err(broken("The paragraph does not hold what both wrote."))
}

fn kept_value(desk: &Desk) -> Result<Vec<String>, PeerError> {
    let task = desk.only_task()?;
    let kept = task.conflicts.iter().find(|c| c.field == "status");
    let kept = kept.ok_or_else(|| broken("The status that lost is not kept."))?;
    let pair = [task.status.to_lowercase(), kept.value.to_lowercase()];
    if !["doing", "review"].iter().all(|s| pair.iter().any(|p| p == s)) {
        return Err(broken(format!("The status is “{}”, also “{}”.", task.status, kept.value)));
    }
    Ok(vec![format!("{} — also: {} ({})", task_line(&task), kept.value, kept.author)])
}

fn moves(desk: &Desk) -> Result<Vec<String>, PeerError> {
    let View::Pages(view) = desk.0.query(Query::Pages { trash: false })? else {
        return Err(failure::mismatch());
    };
    if view.set_aside.is_empty() {
        return Err(broken("No note says that a move was set aside."));
    }
    for title in [sample::RELEASES, sample::INCIDENTS] {
        if view.pages.iter().filter(|p| p.title == title).count() != 1 {
            return Err(broken(format!("“{title}” is not in the tree exactly once.")));
        }
    }
    tree(desk)
}

fn tree(desk: &Desk) -> Result<Vec<String>, PeerError> {
    let View::Pages(view) = desk.0.query(Query::Pages { trash: false })? else {
        return Err(failure::mismatch());
    };
    let rows = view.pages.iter().map(|p| format!("  {}· {}", "  ".repeat(p.depth), p.title));
    Ok(rows.chain(view.set_aside.iter().map(|note| format!("Note: {note}"))).collect())
}

fn delivery(desk: &Desk) -> Result<Vec<String>, PeerError> {
    let View::Status(view) = desk.0.query(Query::Status)? else { return Err(failure::mismatch()) };
    let clock = Clock::of(&desk.0)?;
    Ok(human::network::status(&view, &clock).lines().map(str::to_owned).collect())
}

fn task_line(task: &TaskView) -> String {
    let labels: String = task.labels.iter().map(|l| format!(" #{l}")).collect();
    format!("{} {}{labels}, {} priority, {}", task.short_id, task.title, task.priority, task.status)
}

/// The node's blindness and the equality of both laptops.
fn prove(dir: &Path, cast: &mut Cast, teller: &mut Teller) -> Result<(), PeerError> {
    cast.node.end()?;
    let cast = &*cast;
    teller.step("blind", "Everything on the node's disk is searched for titles, names and text", || {
        blind(cast)
    })?;
    teller.step("equal", "Both laptops export everything, and the two folders are compared", || {
        equal(dir, cast)
    })
}

fn blind(cast: &Cast) -> Result<Vec<String>, PeerError> {
    let disk = proof::read_tree(&cast.node.home)?;
    let found = proof::words_found(&disk, &CANARIES);
    if !found.is_empty() {
        return Err(broken(format!("The node's disk holds “{}”.", found.join("”, “"))));
    }
    let mut lines = vec![format!(
        "{} in {}: 0 of {} words found, such as “{}” or “{}”.",
        size(proof::size(&disk)),
        count(disk.len() as u64, "file", "files"),
        CANARIES.len(),
        sample::WORKSPACE,
        AIKO
    )];
    for (name, laptop) in [("Ben's", &cast.ben), ("Aiko's", &cast.aiko)] {
        let hits = proof::words_found(&proof::read_tree(&laptop.home)?, &CANARIES).len();
        if hits == 0 {
            return Err(broken("The search finds nothing on a laptop either, so it proves nothing."));
        }
        lines.push(format!("The same search of {name} laptop finds {hits} of them: it does look."));
    }
    Ok(lines)
}

fn equal(dir: &Path, cast: &Cast) -> Result<Vec<String>, PeerError> {
    let mut trees = Vec::new();
    let mut heads = Vec::new();
    for (name, laptop) in [("ben", &cast.ben), ("aiko", &cast.aiko)] {
        let folder = dir.join("exports").join(name);
        laptop.open(|desk| {
            desk.call(Command::Export { dir: folder.clone(), page: None, space: None, overwrite: false })?;
            heads.push(all_heads(desk)?);
            Ok(())
        })?;
        trees.push(proof::read_tree(&folder)?);
    }
    if let [bens, aikos] = trees.as_slice()
        && let Some(difference) = proof::difference(bens, aikos)
    {
        return Err(broken(format!("The exports differ: {difference}.")));
    }
    if heads.first() != heads.last() {
        return Err(broken("The exports are equal, but the documents' versions are not."));
    }
    let exported = trees.pop().unwrap_or_default();
    let pictures = exported.keys().filter(|name| name.ends_with(".png")).count();
    let texts = exported.values().filter(|b| String::from_utf8_lossy(b).contains("霧が晴れるまで")).count();
    if pictures == 0 || texts == 0 {
        return Err(broken("The exports are equal, but Ben's picture or Aiko's text is missing in both."));
    }
    Ok(vec![format!(
        "{}, {}: equal byte for byte, the picture included. Every document has the same version on both.",
        count(exported.len() as u64, "file", "files"),
        size(proof::size(&exported))
    )])
}

fn all_heads(desk: &Desk) -> Result<Vec<(String, String)>, PeerError> {
    let View::Pages(pages) = desk.0.query(Query::Pages { trash: true })? else {
        return Err(failure::mismatch());
    };
    let mut heads = Vec::new();
    for row in pages.pages {
        let View::Page(page) = desk.0.query(Query::Page { page: row.id, at: None })? else {
            return Err(failure::mismatch());
        };
        heads.push((page.id, page.heads));
    }
    let task = desk.only_task()?;
    heads.push((task.id, task.heads));
    heads.sort();
    Ok(heads)
}
