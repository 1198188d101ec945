//! Colours, sizes, type and radii: the only source of style. Nothing else in the window names a colour or a font size.

use egui::Color32;

/// Colours by role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Frame around the sheet.
    pub chrome: Color32,
    /// The sheet.
    pub page: Color32,
    /// Cards and menus.
    pub raised: Color32,
    /// Labels and anchors.
    pub sunken: Color32,
    /// Code blocks.
    pub code: Color32,
    /// Separators.
    pub line: Color32,
    /// Fields and check boxes.
    pub edge: Color32,
    /// Text.
    pub ink: Color32,
    /// Second text and icons.
    pub ink2: Color32,
    /// Hints and keys.
    pub ink3: Color32,
    /// The one accent: where you are.
    pub here: Color32,
    /// Selected row.
    pub here_tint: Color32,
    /// Text on the accent.
    pub on_here: Color32,
    /// Within stated hours.
    pub day: Color32,
    /// Text on `day`.
    pub day_ink: Color32,
    /// Outside stated hours.
    pub night_fill: Color32,
    /// Text on `night_fill`.
    pub night_ink: Color32,
    /// Empty bars.
    pub night: Color32,
    /// Inserted text.
    pub add: Color32,
    /// Behind inserted text.
    pub add_tint: Color32,
    /// Removed text and damage.
    pub cut: Color32,
    /// Behind removed text.
    pub cut_tint: Color32,
    /// Proposed, kept, waiting.
    pub wait: Color32,
    /// Behind `wait`.
    pub wait_tint: Color32,
    /// The done mark.
    pub done: Color32,
}

/// Daylight.
pub const LIGHT: Palette = Palette {
    chrome: hex(0xF4F5F6),
    page: hex(0xFFFFFF),
    raised: hex(0xFFFFFF),
    sunken: hex(0xECEEF0),
    code: hex(0xF1F3F5),
    line: hex(0xE1E4E7),
    edge: hex(0x7F8790),
    ink: hex(0x14181C),
    ink2: hex(0x4B535C),
    ink3: hex(0x5F6770),
    here: hex(0xBE3D0A),
    here_tint: hex(0xFBEAE2),
    on_here: hex(0xFFFFFF),
    day: hex(0xF7DDA8),
    day_ink: hex(0x5A4210),
    night_fill: hex(0x39424D),
    night_ink: hex(0xFFFFFF),
    night: hex(0xDDE1E6),
    add: hex(0x0B6B4F),
    add_tint: hex(0xDDF3EA),
    cut: hex(0x9B2C4A),
    cut_tint: hex(0xFAE6EB),
    wait: hex(0x7A5200),
    wait_tint: hex(0xFBF1DA),
    done: hex(0x1C6E50),
};

/// Dark.
pub const DARK: Palette = Palette {
    chrome: hex(0x101316),
    page: hex(0x16191D),
    raised: hex(0x1E2227),
    sunken: hex(0x0B0D0F),
    code: hex(0x101316),
    line: hex(0x2A2F36),
    edge: hex(0x717B86),
    ink: hex(0xE8EBEE),
    ink2: hex(0xA9B2BB),
    ink3: hex(0x8A939D),
    here: hex(0xFF8A5C),
    here_tint: hex(0x30211A),
    on_here: hex(0x1A0C07),
    day: hex(0x5E4D24),
    day_ink: hex(0xF8E2B0),
    night_fill: hex(0x313943),
    night_ink: hex(0xC9D1D9),
    night: hex(0x262B31),
    add: hex(0x6BD3AE),
    add_tint: hex(0x14302A),
    cut: hex(0xF19AB0),
    cut_tint: hex(0x391D27),
    wait: hex(0xE5BE6A),
    wait_tint: hex(0x302713),
    done: hex(0x6BD3AE),
};

/// High contrast on white.
pub const HC_LIGHT: Palette = Palette {
    chrome: hex(0xFFFFFF),
    page: hex(0xFFFFFF),
    raised: hex(0xFFFFFF),
    sunken: hex(0xFFFFFF),
    code: hex(0xFFFFFF),
    line: hex(0x14181C),
    edge: hex(0x000000),
    ink: hex(0x000000),
    ink2: hex(0x1F252B),
    ink3: hex(0x343B43),
    here: hex(0x992B00),
    here_tint: hex(0xFFE5D9),
    on_here: hex(0xFFFFFF),
    day: hex(0xFFD98A),
    day_ink: hex(0x2B1E00),
    night_fill: hex(0x14181C),
    night_ink: hex(0xFFFFFF),
    night: hex(0xC6CCD3),
    add: hex(0x004D36),
    add_tint: hex(0xD3F5E6),
    cut: hex(0x7A0F30),
    cut_tint: hex(0xFFE0E8),
    wait: hex(0x553800),
    wait_tint: hex(0xFFF0CC),
    done: hex(0x004D36),
};

/// High contrast on black.
pub const HC_DARK: Palette = Palette {
    chrome: hex(0x000000),
    page: hex(0x000000),
    raised: hex(0x0B0D0F),
    sunken: hex(0x000000),
    code: hex(0x0B0D0F),
    line: hex(0xC9D1D9),
    edge: hex(0xFFFFFF),
    ink: hex(0xFFFFFF),
    ink2: hex(0xE1E6EB),
    ink3: hex(0xC9D1D9),
    here: hex(0xFFAA85),
    here_tint: hex(0x4A2412),
    on_here: hex(0x000000),
    day: hex(0x6E531A),
    day_ink: hex(0xFFFFFF),
    night_fill: hex(0x4B5560),
    night_ink: hex(0xFFFFFF),
    night: hex(0x2A2F36),
    add: hex(0x8CF0CC),
    add_tint: hex(0x0D3A2D),
    cut: hex(0xFFB8C8),
    cut_tint: hex(0x4A1A2A),
    wait: hex(0xFFD98A),
    wait_tint: hex(0x3D2E08),
    done: hex(0x8CF0CC),
};

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

/// Which palette is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Daylight.
    Light,
    /// Dark.
    Dark,
    /// High contrast on white.
    HcLight,
    /// High contrast on black.
    HcDark,
}

impl Scheme {
    /// The colours.
    pub fn palette(self) -> &'static Palette {
        match self {
            Scheme::Light => &LIGHT,
            Scheme::Dark => &DARK,
            Scheme::HcLight => &HC_LIGHT,
            Scheme::HcDark => &HC_DARK,
        }
    }

    /// Whether text is light on dark.
    pub fn is_dark(self) -> bool {
        matches!(self, Scheme::Dark | Scheme::HcDark)
    }

    /// Whether shadows are dropped and chips and bars outlined.
    pub fn is_high_contrast(self) -> bool {
        matches!(self, Scheme::HcLight | Scheme::HcDark)
    }

    /// Behind selected text.
    pub fn selection(self) -> Color32 {
        alpha(self.palette().here, if self.is_dark() { 0.30 } else { 0.16 })
    }

    /// Over a row under the pointer.
    pub fn hover(self) -> Color32 {
        if self.is_dark() { alpha(Color32::WHITE, 0.05) } else { alpha(self.palette().ink, 0.045) }
    }

    /// Over everything behind a dialog.
    pub fn scrim(self) -> Color32 {
        alpha(hex(0x080A0C), if self.is_dark() { 0.62 } else { 0.28 })
    }

    /// Shadow under a card, menu or palette: offset, blur, alpha in light and dark.
    pub fn shadow(self, kind: Shadow) -> egui::Shadow {
        if self.is_high_contrast() {
            return egui::Shadow::NONE;
        }
        let (y, blur, light, dark) = match kind {
            Shadow::Card => (1, 2, 0.06, 0.40),
            Shadow::Menu => (8, 24, 0.12, 0.50),
            Shadow::Palette => (20, 56, 0.20, 0.60),
        };
        let color = alpha(Color32::BLACK, if self.is_dark() { dark } else { light });
        egui::Shadow { offset: [0, y], blur, spread: 0, color }
    }
}

/// Heights at which something floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shadow {
    /// A card on the sheet.
    Card,
    /// A menu.
    Menu,
    /// The palette and dialogs.
    Palette,
}

fn alpha(color: Color32, share: f32) -> Color32 {
    color.gamma_multiply(share)
}

/// A style of type: points at 100 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// Font size.
    pub size: f32,
    /// Line height.
    pub line: f32,
    /// Weight of the variable font.
    pub weight: f32,
    /// Extra space between letters.
    pub spacing: f32,
    /// Fixed pitch.
    pub mono: bool,
}

const fn inter(size: f32, line: f32, weight: f32) -> Type {
    Type { size, line, weight, spacing: 0.0, mono: false }
}

impl Type {
    /// The same at another weight.
    pub const fn weight(self, weight: f32) -> Type {
        Type { weight, ..self }
    }
}

/// Page title.
pub const TITLE: Type = Type { size: 27.0, line: 34.0, weight: 650.0, spacing: -0.35, mono: false };
/// Heading of level 1 in a page.
pub const H1: Type = Type { size: 22.0, line: 30.0, weight: 640.0, spacing: -0.2, mono: false };
/// Title of a thread.
pub const THREAD: Type = inter(20.0, 28.0, 620.0);
/// Heading of level 2.
pub const H2: Type = inter(18.0, 26.0, 620.0);
/// Headings of level 3 and below.
pub const H3: Type = inter(15.0, 23.0, 620.0);
/// Running text.
pub const BODY: Type = inter(15.0, 23.0, 400.0);
/// Callouts and dialogs.
pub const CALLOUT: Type = inter(14.0, 21.0, 400.0);
/// Rows.
pub const UI: Type = inter(13.0, 18.0, 400.0);
/// Selected rows and buttons.
pub const UI_MEDIUM: Type = inter(13.0, 18.0, 500.0);
/// Names.
pub const UI_STRONG: Type = inter(13.0, 18.0, 600.0);
/// Meta text.
pub const SMALL: Type = inter(12.0, 16.0, 400.0);
/// Section labels.
pub const SMALL_STRONG: Type = inter(12.0, 16.0, 600.0);
/// Keys and rulers.
pub const TINY: Type = inter(11.0, 14.0, 400.0);
/// Initials.
pub const TINY_STRONG: Type = inter(11.0, 14.0, 600.0);
/// Code.
pub const CODE: Type = Type { size: 12.5, line: 19.0, weight: 400.0, spacing: 0.0, mono: true };
/// Title of a dialog.
pub const DIALOG: Type = inter(17.0, 24.0, 620.0);
/// What one types into the palette.
pub const ENTRY: Type = inter(17.0, 24.0, 400.0);

/// Sizes in points.
pub mod size {
    /// The one-line strip of people.
    pub const STRIP: f32 = 28.0;
    /// Height that the rest of the window needs beside a strip with a ruler.
    pub const STRIP_NEEDS: f32 = 440.0;
    /// Width of the sheet above which the strip has a column of next check-ins.
    pub const SHEET_RULED: f32 = 860.0;
    /// Sidebar.
    pub const SIDEBAR: f32 = 240.0;
    /// Narrowest sidebar.
    pub const SIDEBAR_MIN: f32 = 200.0;
    /// Widest sidebar.
    pub const SIDEBAR_MAX: f32 = 320.0;
    /// The sidebar folds below this width of the window.
    pub const SIDEBAR_FOLDS: f32 = 980.0;
    /// Right column.
    pub const RIGHT: f32 = 304.0;
    /// Narrowest right column.
    pub const RIGHT_MIN: f32 = 280.0;
    /// Widest right column.
    pub const RIGHT_MAX: f32 = 360.0;
    /// Width of the edge by which a column is dragged.
    pub const GRIP: f32 = 7.0;
    /// The right column lies over the sheet below this width of the window.
    pub const RIGHT_OVERLAYS: f32 = 1180.0;
    /// Space right of the sheet.
    pub const SHEET_MARGIN: f32 = 8.0;
    /// Header of the sheet.
    pub const HEADER: f32 = 44.0;
    /// Status line.
    pub const STATUS: f32 = 30.0;
    /// Widest and narrowest text column of a page.
    pub const TEXT: f32 = 680.0;
    /// Narrowest text column.
    pub const TEXT_MIN: f32 = 480.0;
    /// Narrowest pane of two: the narrowest text, and room beside it for the handles of blocks.
    pub const PANE_MIN: f32 = 572.0;
    /// A row.
    pub const ROW: f32 = 28.0;
    /// A row of a menu.
    pub const MENU_ROW: f32 = 30.0;
    /// A row of the palette.
    pub const PALETTE_ROW: f32 = 34.0;
    /// A table row.
    pub const TABLE_ROW: f32 = 27.0;
    /// A row of the task list.
    pub const TASK_ROW: f32 = 34.0;
    /// A button.
    pub const BUTTON: f32 = 28.0;
    /// A field.
    pub const FIELD: f32 = 32.0;
    /// A chip.
    pub const CHIP: f32 = 22.0;
    /// Narrowest list of threads beside one of them.
    pub const INBOX_MIN: f32 = 420.0;
    /// Widest list of threads.
    pub const INBOX_MAX: f32 = 620.0;
    /// A list of threads or one of them is shown below this width of the window.
    pub const INBOX_ALONE: f32 = 1000.0;
    /// A row of a list of threads.
    pub const INBOX_ROW: f32 = 46.0;
    /// Palette width.
    pub const PALETTE: f32 = 640.0;
    /// Distance of the palette from the top.
    pub const PALETTE_TOP: f32 = 150.0;
    /// Smallest window.
    pub const WINDOW_MIN: [f32; 2] = [720.0, 480.0];
    /// Window at first start.
    pub const WINDOW: [f32; 2] = [1280.0, 800.0];
}

/// Corner radii.
pub mod radius {
    /// Check boxes and bars.
    pub const BAR: u8 = 3;
    /// Keys.
    pub const KEY: u8 = 4;
    /// Chips.
    pub const CHIP: u8 = 5;
    /// Rows, buttons, fields.
    pub const ROW: u8 = 6;
    /// Cards.
    pub const CARD: u8 = 8;
    /// Sheet and menus.
    pub const SHEET: u8 = 10;
    /// Dialogs.
    pub const DIALOG: u8 = 12;
}

/// Stroke widths.
pub mod stroke {
    /// Lines and edges.
    pub const LINE: f32 = 1.0;
    /// Glyphs.
    pub const GLYPH: f32 = 1.5;
    /// Focus ring, caret, now-line.
    pub const FOCUS: f32 = 2.0;
}

/// Seconds until the caret stops blinking.
pub const CARET_BLINKS_SECS: f64 = 10.0;
/// The pointer rests this long before a tooltip comes.
pub const TOOLTIP_SECS: f64 = 0.5;

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
