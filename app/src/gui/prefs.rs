//! What the window remembers between runs: appearance, folds and the last page. Nothing of the workspace's content.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::tokens::Scheme;

/// Chosen appearance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// As the desktop is.
    #[default]
    System,
    /// Daylight.
    Light,
    /// Dark.
    Dark,
    /// High contrast on white.
    ContrastLight,
    /// High contrast on black.
    ContrastDark,
}

impl Theme {
    /// All of them with their names.
    pub const ALL: [(Theme, &'static str); 5] = [
        (Theme::System, "System"),
        (Theme::Light, "Light"),
        (Theme::Dark, "Dark"),
        (Theme::ContrastLight, "High contrast light"),
        (Theme::ContrastDark, "High contrast dark"),
    ];

    /// The palette, given what the desktop says.
    pub fn scheme(self, system_is_dark: bool) -> Scheme {
        match self {
            Theme::System if system_is_dark => Scheme::Dark,
            Theme::System | Theme::Light => Scheme::Light,
            Theme::Dark => Scheme::Dark,
            Theme::ContrastLight => Scheme::HcLight,
            Theme::ContrastDark => Scheme::HcDark,
        }
    }
}

/// Smallest and largest zoom in percent.
pub const ZOOM_PERCENT: std::ops::RangeInclusive<u16> = 75..=250;
const ZOOM_STEPS: [u16; 11] = [75, 80, 90, 100, 110, 125, 150, 175, 200, 225, 250];

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Appearance.
    pub theme: Theme,
    /// Zoom in percent.
    pub zoom: u16,
    /// Pages that were folded or unfolded by hand.
    pub folds: BTreeMap<String, bool>,
    /// The page that was open last.
    pub last_page: Option<String>,
    /// The right column is open.
    pub details: bool,
}

impl Default for Prefs {
    fn default() -> Self {
        Prefs { theme: Theme::System, zoom: 100, folds: BTreeMap::new(), last_page: None, details: true }
    }
}

impl Prefs {
    /// What a file holds; the defaults when it holds nothing that can be read.
    pub fn read(file: Option<&Path>) -> Self {
        let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let mut prefs: Prefs = serde_json::from_str(&text).unwrap_or_default();
        prefs.zoom = prefs.zoom.clamp(*ZOOM_PERCENT.start(), *ZOOM_PERCENT.end());
        prefs
    }

    /// Writes a file. Losing it costs nothing but convenience, so a failure is not reported.
    pub fn write(&self, file: &Path) {
        if let Ok(text) = serde_json::to_string_pretty(self) {
            let _ = std::fs::write(file, text);
        }
    }

    /// The next larger or smaller zoom.
    pub fn step_zoom(&mut self, larger: bool) {
        let next = if larger {
            ZOOM_STEPS.iter().find(|step| **step > self.zoom)
        } else {
            ZOOM_STEPS.iter().rev().find(|step| **step < self.zoom)
        };
        self.zoom = next.copied().unwrap_or(self.zoom);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("window.json");
        let prefs = Prefs { theme: Theme::ContrastDark, zoom: 150, ..Prefs::default() };
        prefs.write(&file);
        assert_eq!(Prefs::read(Some(&file)), prefs);
    }

    #[test]
    fn a_damaged_file_means_defaults_and_a_wild_zoom_is_tamed() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("window.json");
        std::fs::write(&file, "{\"zoom\":9000").expect("written");
        assert_eq!(Prefs::read(Some(&file)), Prefs::default());
        std::fs::write(&file, "{\"zoom\":9000}").expect("written");
        assert_eq!(Prefs::read(Some(&file)).zoom, 250);
        assert_eq!(Prefs::read(None), Prefs::default());
    }

    #[test]
    fn zoom_steps_stay_between_75_and_250_percent() {
        let mut prefs = Prefs::default();
        for _ in 0..20 {
            prefs.step_zoom(true);
        }
        assert_eq!(prefs.zoom, 250);
        for _ in 0..20 {
            prefs.step_zoom(false);
        }
        assert_eq!(prefs.zoom, 75);
    }
}
