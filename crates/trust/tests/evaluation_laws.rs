//! Laws of evaluation over random histories with every kind of record, roles and invites the model does not have.

use std::collections::{BTreeMap, BTreeSet};

use tern_trust::derive::{Dice, Id, Id16, id16};
use tern_trust::eval::{Act, Entry, Evaluation, Intro};
use tern_trust::record::{InviteMode, Role};

/// A seeded source of choices.
struct Choices(Dice);

impl Choices {
    fn new(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Choices(Dice::new(bytes))
    }

    fn below(&mut self, bound: usize) -> usize {
        let word = self.0.draw();
        u32::from_le_bytes([word[0], word[1], word[2], word[3]]) as usize % bound.max(1)
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }
}

fn intro(device: Id) -> Intro {
    Intro { device, x25519: device, recovery: false }
}

/// Everything written, and what each device has seen of it.
struct World {
    choices: Choices,
    entries: BTreeMap<Id, Entry>,
    all: Evaluation,
    /// What each device has; records are closed under ancestors.
    seen: BTreeMap<Id, BTreeSet<Id>>,
    member_of: BTreeMap<Id, Id16>,
    members: Vec<Id16>,
    invites: Vec<Id>,
    joins: Vec<Id>,
}

const OWNER: Id = [1; 32];

impl World {
    fn new(seed: u64) -> World {
        let mut choices = Choices::new(seed);
        let act = Act::Genesis { member: [1; 16], devices: vec![intro(OWNER)] };
        let genesis = Entry { id: choices.0.draw(), author: OWNER, heads: Vec::new(), act };
        let mut world = World {
            choices,
            entries: BTreeMap::new(),
            all: Evaluation::new(),
            seen: [(OWNER, BTreeSet::new())].into(),
            member_of: [(OWNER, [1; 16])].into(),
            members: vec![[1; 16]],
            invites: Vec::new(),
            joins: Vec::new(),
        };
        world.keep(genesis);
        world.settle();
        world
    }

    /// Four members, two of them Admin, everybody with the whole log.
    fn settle(&mut self) {
        let invite = self.choices.0.draw();
        let act = Act::Invite { invite, x25519: invite, role: Role::Writer, mode: InviteMode::Open, uses: 4 };
        self.invites.push(invite);
        let heads = self.heads(&self.entries.keys().copied().collect());
        let mut head = self.write(OWNER, heads, act);
        for _ in 0..4 {
            self.join(invite, vec![head]);
            head = self.joins[self.joins.len() - 1];
        }
        for member in [self.members[1], self.members[2]] {
            head = self.write(OWNER, vec![head], Act::RoleSet { member, role: Role::Admin });
        }
        let all: BTreeSet<Id> = self.entries.keys().copied().collect();
        self.seen.values_mut().for_each(|seen| seen.clone_from(&all));
    }

    fn keep(&mut self, entry: Entry) {
        self.seen.entry(entry.author).or_default().insert(entry.id);
        self.all.add(entry.clone()).expect("ancestors first");
        self.entries.insert(entry.id, entry);
    }

    fn heads(&self, of: &BTreeSet<Id>) -> Vec<Id> {
        let mut named = BTreeSet::new();
        for id in of {
            named.extend(self.entries[id].heads.iter().copied());
        }
        of.difference(&named).copied().collect()
    }

    fn closure(&self, id: &Id) -> BTreeSet<Id> {
        let (mut all, mut open) = (BTreeSet::new(), vec![*id]);
        while let Some(id) = open.pop() {
            if all.insert(id) {
                open.extend(&self.entries[&id].heads);
            }
        }
        all
    }

    fn act(&mut self, author: &Id) -> Act {
        let member = self.choices.pick(&self.members.clone());
        let devices: Vec<Id> = self.member_of.keys().copied().collect();
        let roles =
            [Role::None, Role::Reader, Role::Commenter, Role::Writer, Role::Admin, Role::Admin, Role::Admin];
        let role = self.choices.pick(&roles);
        match self.choices.below(14) {
            0 | 1 => {
                let invite = self.choices.0.draw();
                let mode = if role == Role::Admin || self.choices.below(4) == 0 {
                    InviteMode::Approve
                } else {
                    InviteMode::Open
                };
                self.invites.push(invite);
                Act::Invite { invite, x25519: invite, role, mode, uses: 1 + self.choices.below(2) as u16 }
            }
            2 if !self.invites.is_empty() => Act::Revoke { invite: self.choices.pick(&self.invites.clone()) },
            3 | 4 if !self.joins.is_empty() => {
                Act::Approve { join: self.choices.pick(&self.joins.clone()), role }
            }
            5 => {
                let device = self.choices.0.draw();
                let member = self.member_of[author];
                Act::DeviceAdd { member, device: intro(device), genuine: true }
            }
            6 => Act::DeviceRemove { devices: vec![self.choices.pick(&devices)] },
            7 => Act::MemberRemove { member },
            8..=10 => Act::RoleSet { member, role },
            11 => Act::Restore { member, role },
            12 => Act::Plain { needs: self.choices.pick(&[Role::Reader, Role::Writer, Role::Admin]) },
            _ => Act::Opaque,
        }
    }

    fn write(&mut self, author: Id, heads: Vec<Id>, act: Act) -> Id {
        let id = self.choices.0.draw();
        let known: BTreeSet<Id> = heads.iter().flat_map(|head| self.closure(head)).collect();
        if let Act::DeviceAdd { device, member, .. } = &act {
            self.member_of.insert(device.device, *member);
            self.seen.insert(device.device, known.iter().copied().chain([id]).collect());
        }
        self.keep(Entry { id, author, heads, act });
        id
    }

    fn join(&mut self, invite: Id, heads: Vec<Id>) {
        let device = self.choices.0.draw();
        let member = id16(&self.choices.0.draw());
        self.member_of.insert(device, member);
        self.members.push(member);
        let known = heads.iter().flat_map(|head| self.closure(head)).collect();
        self.seen.insert(device, known);
        let join = self.write(device, heads, Act::Join { invite, member, devices: vec![intro(device)] });
        self.joins.push(join);
    }

    fn step(&mut self, evil: Option<Id>) {
        let devices: Vec<Id> = self.seen.keys().copied().collect();
        let device = self.choices.pick(&devices);
        match self.choices.below(10) {
            0 | 1 if !self.invites.is_empty() && self.members.len() < 12 => {
                let invite = self.choices.pick(&self.invites.clone());
                self.join(invite, self.heads(&self.seen[&device]));
            }
            2..=5 => {
                let mut heads = self.heads(&self.seen[&device]);
                if evil == Some(device) {
                    let any: Vec<Id> = self.seen[&device].iter().copied().collect();
                    heads = vec![self.choices.pick(&any)];
                }
                let act = self.act(&device);
                self.write(device, heads, act);
            }
            _ => {
                let other = self.choices.pick(&devices);
                let both: BTreeSet<Id> = self.seen[&device].union(&self.seen[&other]).copied().collect();
                self.seen.insert(device, both.clone());
                self.seen.insert(other, both);
            }
        }
    }

    /// Active devices of members with a role.
    fn active(&self, role: Role) -> Vec<Id> {
        let view = self.all.view();
        let holds = |device: &&Id| {
            let member = view.member_of_active(device);
            member.and_then(|member| view.role_of(&member)).map(|grant| grant.role) == Some(role)
        };
        self.member_of.keys().filter(holds).copied().collect()
    }

    /// Admissible members, but for `without`: role and holding devices; and live invites.
    fn state(&self, of: &BTreeSet<Id16>, without: &Id16) -> Vec<(Id16, Option<Role>, Vec<Id>)> {
        let view = self.all.view();
        let members = of.iter().filter(|member| *member != without);
        members
            .map(|member| {
                let holding = self
                    .member_of
                    .keys()
                    .filter(|device| view.member_of_active(device).as_ref() == Some(member));
                (*member, view.role_of(member).map(|grant| grant.role), holding.copied().collect())
            })
            .collect()
    }
}

/// Adds in an order drawn anew: any record whose heads are there may be next.
fn reordered(world: &World, seed: u64) -> Evaluation {
    let mut choices = Choices::new(seed);
    let mut rest: Vec<&Entry> = world.entries.values().collect();
    let mut other = Evaluation::new();
    while !rest.is_empty() {
        let ready: Vec<usize> =
            (0..rest.len()).filter(|at| rest[*at].heads.iter().all(|head| other.contains(head))).collect();
        let entry = rest.swap_remove(choices.pick(&ready));
        other.add(entry.clone()).expect("ancestors first");
    }
    other
}

#[test]
fn the_effective_set_is_the_same_in_any_order_and_when_rebuilt() {
    for seed in 0..150 {
        let mut world = World::new(seed);
        (0..70).for_each(|_| world.step(None));
        let effective: BTreeSet<Id> = world.all.view().effective().collect();
        let rebuilt: BTreeSet<Id> = world.all.view().rebuilt().into_iter().collect();
        assert_eq!(effective, rebuilt, "seed {seed}");
        let other = reordered(&world, seed + 1_000);
        assert_eq!(effective, other.view().effective().collect(), "seed {seed}");
        for id in world.entries.keys() {
            assert_eq!(world.all.is_allowed(id), other.is_allowed(id), "seed {seed}");
            assert!(world.all.is_allowed(id) || !effective.contains(id), "seed {seed}");
        }
    }
}

#[test]
fn the_owner_stays_and_mutual_removals_are_never_both_effective() {
    let mut mutual = 0;
    for seed in 0..300 {
        let mut world = World::new(seed);
        (0..25).for_each(|_| world.step(None));
        let admins = world.active(Role::Admin);
        for (device, other) in admins.iter().zip(admins.iter().rev()) {
            let (heads, member) = (world.heads(&world.seen[device]), world.member_of[other]);
            world.write(*device, heads, Act::MemberRemove { member });
        }
        (0..45).for_each(|_| world.step(None));
        let view = world.all.view();
        assert_eq!(view.role_of(&[1; 16]).map(|grant| grant.role), Some(Role::Owner), "seed {seed}");
        let removals: Vec<(&Id, Id16, Id16)> = world
            .entries
            .values()
            .filter_map(|entry| match &entry.act {
                Act::MemberRemove { member } => Some((&entry.id, world.member_of[&entry.author], *member)),
                _ => None,
            })
            .collect();
        for (a, by, of) in &removals {
            for (b, _, _) in removals.iter().filter(|(_, other, target)| (other, target) == (of, by)) {
                let concurrent = !world.all.is_ancestor(a, b) && !world.all.is_ancestor(b, a) && by != of;
                if concurrent && world.all.is_allowed(a) && world.all.is_allowed(b) {
                    mutual += 1;
                    assert!(!(view.is_effective(a) && view.is_effective(b)), "seed {seed}");
                }
            }
        }
    }
    assert!(mutual > 0, "no history had a mutual removal");
}

/// The Owner ends a hostile Admin's power, knowing everything; then the hostile device and its accomplices add what
/// they like on any old heads. Nobody else's role or devices may change.
fn powerless_afterwards(end: impl Fn(Id16) -> Act, may: impl Fn(&Act, &Id16) -> bool) -> usize {
    let mut late = 0;
    for seed in 0..300 {
        let mut world = World::new(seed);
        (0..50).for_each(|_| world.step(None));
        let admins = world.active(Role::Admin);
        let Some(evil) = admins.first().copied() else { continue };
        (0..15).for_each(|_| world.step(Some(evil)));
        let member = world.member_of[&evil];
        let heads = world.heads(&world.entries.keys().copied().collect());
        let ended = world.write(OWNER, heads, end(member));
        if !world.all.view().is_effective(&ended) {
            continue;
        }
        let members: BTreeSet<Id16> = world.members.iter().copied().collect();
        let before = world.state(&members, &member);
        let invites = world.invites.clone();
        let mut writers: Vec<Id> =
            world.member_of.iter().filter(|(_, of)| **of == member).map(|(device, _)| *device).collect();
        for _ in 0..25 {
            let any: Vec<Id> = world.entries.keys().copied().collect();
            let heads: BTreeSet<Id> =
                (0..1 + world.choices.below(2)).map(|_| world.choices.pick(&any)).collect();
            let heads: Vec<Id> = heads.into_iter().collect();
            let own: Vec<Id> =
                world.invites.iter().filter(|invite| !invites.contains(invite)).copied().collect();
            if !own.is_empty() && world.choices.below(3) == 0 {
                let invite = world.choices.pick(&own);
                world.join(invite, heads);
                writers.extend(
                    world
                        .entries
                        .values()
                        .map(|entry| entry.author)
                        .filter(|author| !members.contains(&world.member_of[author])),
                );
            } else {
                let writer = world.choices.pick(&writers);
                let act = world.act(&writer);
                if let Act::DeviceAdd { device, .. } = &act {
                    writers.push(device.device);
                }
                if may(&act, &member) {
                    world.write(writer, heads, act);
                    late += 1;
                }
            }
        }
        assert_eq!(before, world.state(&members, &member), "seed {seed}");
    }
    late
}

#[test]
fn nothing_a_removed_admin_adds_later_changes_anybody_else() {
    assert!(powerless_afterwards(|member| Act::MemberRemove { member }, |_, _| true) > 1_000);
}

#[test]
fn nothing_a_lowered_admin_adds_later_changes_anybody_else() {
    // Still a member, he may leave and revoke what he created, which ends his invites.
    let may = |act: &Act, own: &Id16| match act {
        Act::MemberRemove { member } => member != own,
        Act::Revoke { .. } => false,
        _ => true,
    };
    assert!(powerless_afterwards(|member| Act::RoleSet { member, role: Role::Writer }, may) > 1_000);
}

#[test]
fn ten_thousand_records_with_forks_carry_along_what_a_rebuild_gives() {
    let mut choices = Choices::new(7);
    let mut eval = Evaluation::new();
    let genesis = Act::Genesis { member: [1; 16], devices: vec![intro(OWNER)] };
    let mut ids = vec![choices.0.draw()];
    eval.add(Entry { id: ids[0], author: OWNER, heads: Vec::new(), act: genesis }).expect("first");
    let mut devices = vec![OWNER];
    while ids.len() < 10_000 {
        let id = choices.0.draw();
        // Two in three name all heads; every third goes its own way from one of the last records.
        let heads = if ids.len() % 3 == 0 {
            vec![ids[ids.len() - 1 - choices.below(ids.len().min(5))]]
        } else {
            eval.heads()
        };
        let author = choices.pick(&devices);
        let act = match choices.below(40) {
            0 if devices.len() < 16 => {
                devices.push(choices.0.draw());
                let device = devices[devices.len() - 1];
                let act = Act::DeviceAdd { member: [1; 16], device: intro(device), genuine: true };
                let heads = eval.heads();
                eval.add(Entry { id, author: OWNER, heads, act }).expect("ancestors first");
                ids.push(id);
                continue;
            }
            1 => Act::Invite { invite: id, x25519: id, role: Role::Writer, mode: InviteMode::Open, uses: 1 },
            _ => Act::Plain { needs: Role::Reader },
        };
        eval.add(Entry { id, author, heads, act }).expect("ancestors first");
        ids.push(id);
    }
    let effective: BTreeSet<Id> = eval.view().effective().collect();
    assert_eq!(effective, eval.view().rebuilt().into_iter().collect());
    assert!(effective.len() > 9_000, "{}", effective.len());
}

#[test]
fn a_lowered_admin_cannot_act_through_a_device_older_than_his_role() {
    let mut world = World::new(1);
    let (member, victim) = (world.members[3], world.members[4]);
    let first = *world.member_of.iter().find(|(_, of)| **of == member).expect("a device").0;
    let start = world.heads(&world.entries.keys().copied().collect());
    // While he is a Writer he adds a device; meanwhile he is made Admin, and lowered by someone who knows both.
    let device = intro([77; 32]);
    let add = world.write(first, start.clone(), Act::DeviceAdd { member, device, genuine: true });
    let grant = world.write(OWNER, start, Act::RoleSet { member, role: Role::Admin });
    let mut both = vec![add, grant];
    both.sort_unstable();
    world.write(OWNER, both.clone(), Act::RoleSet { member, role: Role::Writer });
    let late = world.write(device.device, both, Act::MemberRemove { member: victim });
    assert!(world.all.is_allowed(&late), "judged by what came before it, he was Admin");
    assert!(!world.all.view().is_effective(&late));
    assert_eq!(world.all.view().role_of(&victim).map(|grant| grant.role), Some(Role::Writer));
}
