//! The digest: what others changed and oneself has not seen, each change once, whatever is read in between.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use tern_model::doc::Hash;
use tern_model::{Doc, DocId, Heads};
use tern_peer::{Command, DigestItem, DigestView, ProjectCommand, Query, Reply, Say, ThreadCommand, View};
use tern_tests::World;

/// A small generator with a fixed course, so that a failing seed fails again.
struct Course(u64);

impl Course {
    fn below(&mut self, end: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % end).unwrap_or_default()
    }
}

fn digest(world: &mut World, laptop: usize) -> Result<DigestView> {
    let View::Digest(view) = world.ask(laptop, &Query::Digest { since: None })? else { bail!("no digest") };
    Ok(view)
}

fn clear(world: &mut World, laptop: usize, view: &DigestView) -> Result<()> {
    let items = view.items.iter().map(|item| (item.id.clone(), item.heads.clone()));
    let counted = view.counted.iter().map(|one| (one.id.clone(), one.heads.clone()));
    let seen = items.chain(counted).filter(|(_, heads)| !heads.is_empty()).collect();
    world.perform(laptop, &Command::SeenAll { seen })?;
    Ok(())
}

fn document(world: &mut World, laptop: usize, id: &str) -> Result<Doc> {
    let View::Bytes { bytes, .. } = world.ask(laptop, &Query::DocSave { doc: id.to_owned() })? else {
        bail!("no document")
    };
    Ok(Doc::load(id.parse::<DocId>()?, &bytes)?)
}

fn page(world: &mut World, laptop: usize, title: &str) -> Result<String> {
    let new = Command::PageNew {
        title: title.to_owned(),
        parent: None,
        space: None,
        markdown: Some(format!("The page {title} begins.")),
    };
    let Reply::Doc(reply) = world.perform(laptop, &new)? else { bail!("no page") };
    Ok(reply.id)
}

fn append(world: &mut World, laptop: usize, page: &str, text: &str) -> Result<()> {
    world.perform(laptop, &Command::PageAppend { page: page.to_owned(), markdown: text.to_owned() })?;
    Ok(())
}

/// The changes of a document that an item stands for, by whoever is not `mine`.
fn stands_for(doc: &Doc, from: &str, to: &str, own: &BTreeSet<Hash>) -> Result<BTreeSet<Hash>> {
    let (from, to): (Heads, Heads) = (from.parse()?, to.parse()?);
    let whole = doc.at(&to)?;
    let after = whole.history_since(&from).into_iter().map(|change| change.hash);
    Ok(after.filter(|hash| !own.contains(hash)).collect())
}

/// Takes the present digest of a laptop into what its digests said so far, and clears it.
fn tally(
    world: &mut World,
    laptop: usize,
    pages: &[String],
    own: &BTreeMap<String, BTreeSet<Hash>>,
    told: &mut BTreeMap<String, BTreeSet<Hash>>,
) -> Result<()> {
    let view = digest(world, laptop)?;
    for item in view.items.iter().filter(|item| pages.contains(&item.id)) {
        let doc = document(world, laptop, &item.id)?;
        let own = own.get(&item.id).cloned().unwrap_or_default();
        let fresh = stands_for(&doc, &item.from_heads, &item.heads, &own)?;
        ensure!(fresh.len() == item.changes, "{item:?} stands for {} changes", fresh.len());
        let before = told.entry(item.id.clone()).or_default();
        for hash in fresh {
            ensure!(before.insert(hash), "a change of {} was told twice", item.title);
        }
    }
    clear(world, laptop, &view)?;
    ensure!(digest(world, laptop)?.items.is_empty(), "a cleared digest is empty");
    Ok(())
}

/// Law: the union of all digests of a laptop is the set of changes of others, each of them once.
#[test]
fn digests_together_tell_every_change_of_others_once_and_none_of_ones_own() -> Result<()> {
    for seed in 0..6 {
        let mut world = World::ready(400 + seed, 2)?;
        let mut course = Course(seed);
        let mut pages: Vec<String> = Vec::new();
        // By laptop and page: changes made there.
        let mut own: [BTreeMap<String, BTreeSet<Hash>>; 2] = Default::default();
        let mut told: [BTreeMap<String, BTreeSet<Hash>>; 2] = Default::default();
        for step in 0..40 {
            let laptop = course.below(2);
            let known: Vec<String> =
                pages.iter().filter(|page| document(&mut world, laptop, page).is_ok()).cloned().collect();
            let before: BTreeMap<String, BTreeSet<Hash>> = hashes(&mut world, laptop, &known)?;
            match course.below(6) {
                0 => pages.push(page(&mut world, laptop, &format!("Ferry {step}"))?),
                1 | 2 if !known.is_empty() => {
                    let page = &known[course.below(known.len() as u64)];
                    append(&mut world, laptop, page, &format!("Line {step} of laptop {laptop}."))?;
                }
                3 => {
                    world.quiesce()?;
                    continue;
                }
                4 => {
                    tally(&mut world, laptop, &pages, &own[laptop], &mut told[laptop])?;
                    continue;
                }
                _ => continue,
            }
            let after: Vec<String> =
                pages.iter().filter(|page| document(&mut world, laptop, page).is_ok()).cloned().collect();
            for (page, all) in hashes(&mut world, laptop, &after)? {
                let old = before.get(&page).cloned().unwrap_or_default();
                own[laptop].entry(page).or_default().extend(all.difference(&old));
            }
        }
        world.quiesce()?;
        for laptop in [0, 1] {
            tally(&mut world, laptop, &pages, &own[laptop], &mut told[laptop])?;
            for page in &pages {
                let theirs = own[1 - laptop].get(page).cloned().unwrap_or_default();
                let said = told[laptop].get(page).cloned().unwrap_or_default();
                ensure!(said == theirs, "seed {seed}, laptop {laptop}: {} of {}", said.len(), theirs.len());
            }
        }
        ensure!(told.iter().any(|one| one.values().any(|hashes| hashes.len() > 1)), "nothing was told");
    }
    Ok(())
}

fn hashes(world: &mut World, laptop: usize, pages: &[String]) -> Result<BTreeMap<String, BTreeSet<Hash>>> {
    let mut all = BTreeMap::new();
    for page in pages {
        let history = document(world, laptop, page)?.history();
        all.insert(page.clone(), history.into_iter().map(|change| change.hash).collect());
    }
    Ok(all)
}

fn titled<'v>(view: &'v DigestView, title: &str) -> Option<&'v DigestItem> {
    view.items.iter().find(|item| item.title == title)
}

#[test]
fn a_page_tells_what_others_wrote_since_it_was_read_and_nothing_of_ones_own() -> Result<()> {
    let mut world = World::ready(420, 2)?;
    let page = page(&mut world, 0, "Timetable")?;
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let item = titled(&view, "Timetable").ok_or_else(|| anyhow::anyhow!("not in {view:?}"))?;
    ensure!(item.new && item.group == "docs" && item.text.contains("begins"), "{item:?}");
    world.perform(1, &Command::MarkRead { page: page.clone(), heads: None })?;
    ensure!(titled(&digest(&mut world, 1)?, "Timetable").is_none(), "reading it takes it away");
    append(&mut world, 1, &page, "An own line.")?;
    append(&mut world, 0, &page, "The boat sails at six.")?;
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let item = titled(&view, "Timetable").ok_or_else(|| anyhow::anyhow!("not in {view:?}"))?;
    ensure!(!item.new && item.changes == 1, "{item:?}");
    ensure!(item.text.contains("sails at six") && !item.text.contains("own line"), "{item:?}");
    ensure!(titled(&digest(&mut world, 0)?, "Timetable").is_some_and(|i| i.text.contains("own line")));
    Ok(())
}

#[test]
fn a_scheduled_message_is_told_when_it_appears_also_where_the_thread_was_cleared_before() -> Result<()> {
    let mut world = World::ready(430, 2)?;
    let say = |body: &str, at: Option<String>| Say {
        body: body.to_owned(),
        to: vec!["Bao".to_owned()],
        intent: Some("question".to_owned()),
        deliver_at: at,
        ..Say::default()
    };
    let new = ThreadCommand::New {
        title: "Fares".to_owned(),
        on: None,
        space: None,
        say: say("Do they rise?", None),
    };
    let Reply::Thread(thread) = world.perform(0, &Command::Thread(new))? else { bail!("no thread") };
    let later = world.core_ref(0).now_ms() + 7_200_000;
    let at = tern_model::hours::Zone::utc().rfc3339(later);
    let reply = ThreadCommand::Reply { thread: thread.id.clone(), say: say("And the islands?", Some(at)) };
    world.perform(0, &Command::Thread(reply))?;
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let item = titled(&view, "Fares").ok_or_else(|| anyhow::anyhow!("not in {view:?}"))?;
    ensure!((item.group.as_str(), item.why.as_str()) == ("needs_you", "owed"), "{item:?}");
    ensure!(item.text.contains("rise"), "{item:?}");
    clear(&mut world, 1, &view)?;
    ensure!(titled(&digest(&mut world, 1)?, "Fares").is_none(), "it was cleared");
    world.pass(3 * 3_600_000);
    let view = digest(&mut world, 1)?;
    let item = titled(&view, "Fares").ok_or_else(|| anyhow::anyhow!("it has appeared: {view:?}"))?;
    ensure!(item.text.contains("islands"), "{item:?}");
    clear(&mut world, 1, &view)?;
    ensure!(titled(&digest(&mut world, 1)?, "Fares").is_none(), "once");
    Ok(())
}

/// What is kept of news and decisions, as text.
fn rows(world: &World, laptop: usize) -> Result<String> {
    let store = world.core_ref(laptop).store();
    Ok(format!("{:?}\n{:?}\n{:?}", store.unseen_news()?, store.news_since(0)?, store.forms("decision")?))
}

#[test]
fn rows_of_news_and_decisions_are_those_that_a_rebuild_makes() -> Result<()> {
    let mut world = World::ready(440, 2)?;
    let read = page(&mut world, 0, "Read")?;
    page(&mut world, 0, "Unread")?;
    let new = Command::PageFromTemplate {
        template: "decision".to_owned(),
        title: Some("One pier".to_owned()),
        parent: None,
        space: None,
    };
    let Reply::Doc(decision) = world.perform(0, &new)? else { bail!("no page") };
    world.quiesce()?;
    world.perform(1, &Command::MarkRead { page: read.clone(), heads: None })?;
    append(&mut world, 1, &read, "An own line.")?;
    let set = |outcome: &str| Command::DecisionSet {
        page: decision.id.clone(),
        fields: vec![("state".to_owned(), "decided".to_owned()), ("outcome".to_owned(), outcome.to_owned())],
    };
    world.perform(0, &set("One is enough."))?;
    world.perform(1, &set("One, for this winter."))?;
    world.quiesce()?;
    for laptop in [0, 1] {
        let before = rows(&world, laptop)?;
        ensure!(before.contains("winter") && before.contains("enough"), "both outcomes are kept: {before}");
        world.core(laptop)?.rebuild_projections()?;
        ensure!(
            rows(&world, laptop)? == before,
            "laptop {laptop}: {before}\nafter: {}",
            rows(&world, laptop)?
        );
    }
    let unseen = world.core_ref(1).store().unseen_news()?.len();
    ensure!(unseen < world.core_ref(1).store().news_since(0)?.len(), "what was read is no news");
    Ok(())
}

#[test]
fn an_update_of_a_project_is_told_once_and_found_by_its_words() -> Result<()> {
    let mut world = World::ready(440, 2)?;
    let tell = |health: &str, text: &str| {
        let (project, health, text) = ("Ferry".to_owned(), health.to_owned(), text.to_owned());
        Command::Project(ProjectCommand::Update { project, health, text })
    };
    let new = ProjectCommand::New { title: "Ferry".to_owned(), fields: Vec::new() };
    let Reply::Project(project) = world.perform(0, &Command::Project(new))? else { bail!("no project") };
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    clear(&mut world, 1, &view)?;
    world.perform(0, &tell("on-track", "The quay is dry."))?;
    world.pass(60_000);
    world.perform(0, &tell("at-risk", "The winch squeals; a spare comes on Friday."))?;
    world.quiesce()?;
    let view = digest(&mut world, 1)?;
    let item = titled(&view, "Ferry").ok_or_else(|| anyhow::anyhow!("not in {view:?}"))?;
    ensure!((item.kind.as_str(), item.why.as_str(), item.changes) == ("project", "update", 2), "{item:?}");
    ensure!(
        item.text == "At risk: The winch squeals; a spare comes on Friday. · and an update before it",
        "{}",
        item.text
    );
    ensure!(view.items.iter().filter(|other| other.id == project.id).count() == 1, "{view:?}");
    ensure!(titled(&digest(&mut world, 0)?, "Ferry").is_none(), "one's own update is no news");
    clear(&mut world, 1, &view)?;
    ensure!(titled(&digest(&mut world, 1)?, "Ferry").is_none(), "once");
    for laptop in 0..2 {
        for words in ["winch squeals", "quay"] {
            let query = Query::Search { query: words.to_owned(), limit: 5 };
            let View::Search(found) = world.ask(laptop, &query)? else { bail!("no search") };
            let hits: Vec<_> = found.hits.iter().map(|hit| (hit.kind.as_str(), hit.id.as_str())).collect();
            ensure!(hits == [("project", project.id.as_str())], "{words}: {hits:?}");
        }
        tern_tests::checks::clean(&mut world, laptop, false)?;
    }
    Ok(())
}
