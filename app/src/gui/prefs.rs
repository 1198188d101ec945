//! What the window remembers between runs on this device: appearance, widths, folds, which pages were open or kept at
//! hand. Ids only; nothing of the workspace's content.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::tokens::{Scheme, size};

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
    /// The sidebar is open.
    pub sidebar: bool,
    /// Width of the sidebar in points.
    pub sidebar_width: u16,
    /// Width of the right column in points.
    pub right_width: u16,
    /// Pages that were kept at hand on this device, in the order in which they were.
    pub favourites: Vec<String>,
    /// Pages and tasks that were open here, the last one first.
    pub recents: Vec<String>,
    /// Nothing moves by itself: folds and menus come at once, the caret does not blink.
    pub still: bool,
    /// Where the window was.
    pub window: Option<Place>,
    /// The pages that stood side by side, while the window was split.
    pub panes: Option<Panes>,
    /// What the left pane has of the width of both, in thousandths.
    pub left_share: u16,
    /// When somebody last did something in this window, UTC milliseconds.
    pub here_ms: Option<i64>,
    /// Messages that were told: ids of thread and message, the last ones.
    pub told: Vec<String>,
    /// Whether anything was ever told here.
    pub tells: bool,
    /// When the workspace was first opened here, UTC milliseconds: what was said before is history and never told.
    pub tells_from_ms: Option<i64>,
    /// The clock change whose notice was read.
    pub clock_read: Option<String>,
    /// When somebody left it for hours, the last time that happened.
    pub left_ms: Option<i64>,
}

/// Two pages side by side.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Panes {
    /// Their ids from left to right.
    pub pages: [String; 2],
    /// The right one had the focus.
    pub right_has_focus: bool,
}

/// Where a window stands, in points of the desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Left and top, where the desktop tells them.
    pub at: Option<[i32; 2]>,
    /// Width and height of what is inside the frame.
    pub size: [u16; 2],
    /// It fills the screen.
    pub maximised: bool,
}

/// Half of a width, in thousandths.
pub const HALF: u16 = 500;
/// Least that either pane has.
const SHARE_MIN: u16 = 200;

/// Most favourites, and most recents that are remembered.
pub const FAVOURITES_MAX: usize = 30;
const RECENTS_MAX: usize = 24;

impl Default for Prefs {
    fn default() -> Self {
        Prefs {
            theme: Theme::System,
            zoom: 100,
            folds: BTreeMap::new(),
            last_page: None,
            details: true,
            sidebar: true,
            sidebar_width: size::SIDEBAR as u16,
            right_width: size::RIGHT as u16,
            favourites: Vec::new(),
            recents: Vec::new(),
            still: false,
            window: None,
            panes: None,
            left_share: HALF,
            here_ms: None,
            told: Vec::new(),
            tells: false,
            tells_from_ms: None,
            clock_read: None,
            left_ms: None,
        }
    }
}

impl Prefs {
    /// What a file holds; the defaults when it holds nothing that can be read.
    pub fn read(file: Option<&Path>) -> Self {
        let text = file.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let mut prefs: Prefs = serde_json::from_str(&text).unwrap_or_default();
        prefs.zoom = prefs.zoom.clamp(*ZOOM_PERCENT.start(), *ZOOM_PERCENT.end());
        prefs.set_sidebar_width(f32::from(prefs.sidebar_width));
        prefs.set_right_width(f32::from(prefs.right_width));
        prefs.set_left_share(f32::from(prefs.left_share) / 1000.0);
        prefs.favourites.truncate(FAVOURITES_MAX);
        prefs.recents.truncate(RECENTS_MAX);
        prefs
    }

    /// Writes a file. Losing it costs nothing but convenience, so a failure is not reported.
    pub fn write(&self, file: &Path) {
        if let Ok(text) = serde_json::to_string_pretty(self) {
            let _ = std::fs::write(file, text);
        }
    }

    /// Sets the width of the sidebar, within its bounds.
    pub fn set_sidebar_width(&mut self, width: f32) {
        self.sidebar_width = width.clamp(size::SIDEBAR_MIN, size::SIDEBAR_MAX).round() as u16;
    }

    /// Sets the width of the right column, within its bounds.
    pub fn set_right_width(&mut self, width: f32) {
        self.right_width = width.clamp(size::RIGHT_MIN, size::RIGHT_MAX).round() as u16;
    }

    /// Sets what the left pane has of the width of both, from 0 to 1, within its bounds.
    pub fn set_left_share(&mut self, share: f32) {
        self.left_share = ((share * 1000.0).round() as u16).clamp(SHARE_MIN, 1000 - SHARE_MIN);
    }

    /// Puts what is open in front of the recents.
    pub fn was_open(&mut self, id: &str) {
        self.recents.retain(|other| other != id);
        self.recents.insert(0, id.to_owned());
        self.recents.truncate(RECENTS_MAX);
    }

    /// Keeps a page at hand or lets it go; returns whether it is kept from here on.
    pub fn favour(&mut self, page: &str) -> bool {
        let before = self.favourites.len();
        self.favourites.retain(|other| other != page);
        let kept = self.favourites.len() == before && before < FAVOURITES_MAX;
        if kept {
            self.favourites.push(page.to_owned());
        }
        kept
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
    fn widths_stay_within_their_bounds() {
        let mut prefs = Prefs::default();
        prefs.set_sidebar_width(10.0);
        prefs.set_right_width(9000.0);
        assert_eq!((prefs.sidebar_width, prefs.right_width), (200, 360));
    }

    #[test]
    fn recents_name_each_thing_once_and_favourites_come_and_go() {
        let mut prefs = Prefs::default();
        for id in ["a", "b", "a"] {
            prefs.was_open(id);
        }
        assert_eq!(prefs.recents, ["a", "b"]);
        assert!(prefs.favour("a"));
        assert!(prefs.favour("b"));
        assert!(!prefs.favour("a"));
        assert_eq!(prefs.favourites, ["b"]);
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
