//! What people of a large workspace write: words out of a seed.

/// Title of the workspace.
pub(super) const TITLE: &str = "North Star Lines";

const VERBS: [&str; 16] = [
    "Check",
    "Write",
    "Draw",
    "Order",
    "Mend",
    "Compare",
    "Measure",
    "Translate",
    "Review",
    "Plan",
    "Clean",
    "Test",
    "Publish",
    "Sort",
    "Rename",
    "Close",
];
const THINGS: [&str; 32] = [
    "timetable",
    "gangway",
    "ticket gate",
    "landing page",
    "price list",
    "crew roster",
    "fog signal",
    "radio plan",
    "engine log",
    "contract",
    "harbour map",
    "invoice",
    "search field",
    "pier lights",
    "first-aid box",
    "newsletter",
    "login",
    "winter schedule",
    "fuel report",
    "insurance",
    "waiting room",
    "baggage rule",
    "school trip",
    "refund",
    "season pass",
    "anchor chain",
    "ferry bell",
    "weather feed",
    "map tiles",
    "payroll",
    "handbook",
    "export",
];
const PLAIN: [&str; 40] = [
    "the", "boat", "leaves", "before", "morning", "and", "nobody", "has", "written", "down", "who", "opens",
    "gate", "when", "fog", "comes", "north", "of", "island", "we", "measured", "three", "weeks", "of",
    "traffic", "found", "that", "people", "wait", "longer", "near", "second", "pier", "so", "sign", "should",
    "stand", "there", "instead", "again",
];
const LABELS: [&str; 8] = ["auth", "copy", "design", "legal", "money", "safety", "urgent-fix", "winter"];

/// Splitmix64.
#[derive(Debug, Clone)]
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below `end`; 0 when that is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end.max(1) as u64).unwrap_or_default()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len())).copied().unwrap_or_default()
    }

    /// One time of `every`.
    pub(super) fn once_in(&mut self, every: usize) -> bool {
        self.below(every) == 0
    }

    /// What is to be done.
    pub(super) fn deed(&mut self) -> String {
        format!("{} the {}", self.one(&VERBS), self.one(&THINGS))
    }

    /// What something is about.
    pub(super) fn thing(&mut self) -> &'static str {
        self.one(&THINGS)
    }

    /// A label.
    pub(super) fn label(&mut self) -> &'static str {
        self.one(&LABELS)
    }

    /// A sentence.
    pub(super) fn sentence(&mut self) -> String {
        let count = 7 + self.below(14);
        let words: Vec<&str> = (0..count).map(|_| self.one(&PLAIN)).collect();
        let text = words.join(" ");
        let mut letters = text.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>() + ".")
            .unwrap_or_default()
    }

    /// `count` sentences.
    pub(super) fn paragraph(&mut self, count: usize) -> String {
        (0..count).map(|_| self.sentence()).collect::<Vec<_>>().join(" ")
    }

    /// A page in Markdown.
    pub(super) fn page(&mut self, title: &str) -> String {
        let mut text = format!("# {title}\n");
        for _ in 0..=self.below(3) {
            text += &format!("\n## The {}\n\n{}\n", self.thing(), self.paragraph(3));
            for _ in 0..self.below(4) {
                text += &format!("- {}\n", self.deed());
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_says_the_same_and_another_something_else() {
        let page = |seed| Dice(seed).page("Fog");
        assert_eq!(page(3), page(3));
        assert_ne!(page(3), page(4));
    }
}
