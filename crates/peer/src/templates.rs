//! Pages to begin from. Texts are Markdown with blanks in double braces; a first line `# …` is the title.

use std::sync::LazyLock;

/// A page to begin from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// What it is called.
    pub name: &'static str,
    /// Title of the page, with blanks.
    pub title: &'static str,
    /// Content of the page as Markdown, with blanks.
    pub text: &'static str,
}

/// What goes into the blanks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filling {
    /// Name of whoever makes the page: `{{me}}`.
    pub me: String,
    /// The day in words: `{{today}}`.
    pub today: String,
    /// What the page belongs to, the title of the page above it: `{{project}}`.
    pub project: String,
}

const TEXTS: [(&str, &str); 9] = [
    ("Decision", include_str!("../assets/templates/decision.md")),
    ("Kickoff", include_str!("../assets/templates/kickoff.md")),
    ("Retrospective", include_str!("../assets/templates/retrospective.md")),
    ("Weekly update", include_str!("../assets/templates/weekly-update.md")),
    ("Meeting", include_str!("../assets/templates/meeting.md")),
    ("Hand-off", include_str!("../assets/templates/hand-off.md")),
    ("1:1", include_str!("../assets/templates/one-to-one.md")),
    ("Incident", include_str!("../assets/templates/incident.md")),
    ("Working agreement", include_str!("../assets/templates/working-agreement.md")),
];

static ALL: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let template = |(name, whole): &(&'static str, &'static str)| {
        let (first, rest) = whole.split_once('\n').unwrap_or((whole, ""));
        match first.strip_prefix("# ") {
            Some(title) => Template { name, title: title.trim(), text: rest.trim() },
            None => Template { name, title: name, text: whole.trim() },
        }
    };
    TEXTS.iter().map(template).collect()
});

/// The built-in templates.
pub fn all() -> &'static [Template] {
    &ALL
}

/// The one with this name.
pub fn named(name: &str) -> Option<&'static Template> {
    all().iter().find(|template| template.name == name)
}

/// A day as `{{today}}` shows it: `24 Nov 2026`.
pub fn day(date: tern_model::hours::Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// A text with its blanks filled in; blanks that are not known stay as they are.
pub fn fill(text: &str, filling: &Filling) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((blank, behind)) = after.split_once("}}") else {
            out.push_str("{{");
            rest = after;
            continue;
        };
        match blank.trim() {
            "me" => out.push_str(&filling.me),
            "today" => out.push_str(&filling.today),
            "project" => out.push_str(&filling.project),
            _ => {
                out.push_str("{{");
                rest = after;
                continue;
            }
        }
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ben() -> Filling {
        Filling { me: "Ben".into(), today: "24 Nov 2026".into(), project: "Web".into() }
    }

    #[test]
    fn blanks_are_filled_once_and_what_is_unknown_stays() {
        for (text, filled) in [
            ("{{me}}, {{ today }}: {{project}}", "Ben, 24 Nov 2026: Web"),
            ("{{nobody}} and {{me}}", "{{nobody}} and Ben"),
            ("{{ open {{me}}", "{{ open Ben"),
            ("no blanks {} }}", "no blanks {} }}"),
        ] {
            assert_eq!(fill(text, &ben()), filled, "{text}");
        }
        let braces = Filling { me: "{{today}}".into(), ..ben() };
        assert_eq!(fill("{{me}}", &braces), "{{today}}", "a name is not read as a blank");
    }

    #[test]
    fn every_template_has_a_title_and_no_blank_is_left_open() {
        assert_eq!(all().len(), 9);
        for template in all() {
            let page = fill(&format!("{}\n{}", template.title, template.text), &ben());
            assert!(!template.title.is_empty() && template.text.contains("\n## "), "{}", template.name);
            assert!(!page.contains("{{") && !page.contains("}}"), "{}", template.name);
            assert!(page.contains("Ben"), "{} says who made it", template.name);
        }
    }
}
