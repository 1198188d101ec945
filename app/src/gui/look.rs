//! How tokens reach egui: fonts, the style that built-in widgets follow, and text set in the house's type.

use std::sync::Arc;

use egui::epaint::text::VariationCoords;
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Galley, Stroke, Ui};

use super::tokens::{self, Palette, Scheme, Type, radius, stroke};

const INTER: &[u8] = include_bytes!("../../assets/fonts/Inter.var.ttf");
const MONO: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf");
const MONO_BOLD: &[u8] = include_bytes!("../../assets/fonts/JetBrainsMono-Bold.ttf");
const MONO_BOLD_FAMILY: &str = "mono bold";
/// Slant of emphasised text, in the degrees of the font's axis.
const SLANT: f32 = -10.0;

/// The look in force, kept in the context for every widget to read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Palette in use.
    pub scheme: Scheme,
    /// Nothing moves by itself.
    pub still: bool,
}

impl std::ops::Deref for Look {
    type Target = Palette;

    fn deref(&self) -> &Palette {
        self.scheme.palette()
    }
}

fn slot() -> egui::Id {
    egui::Id::unique("tern look")
}

/// The look in force.
pub fn look(ctx: &egui::Context) -> Look {
    ctx.data(|data| data.get_temp::<Look>(slot())).unwrap_or(Look { scheme: Scheme::Light, still: false })
}

/// Installs the fonts once.
pub fn install_fonts(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, bytes: &'static [u8]| {
        let mut data = FontData::from_static(bytes);
        // Unoptimised hinting takes most of a test's time and shows nothing that a test looks at.
        data.tweak.hinting = cfg!(test).then_some(false);
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    add("inter", INTER);
    add("mono", MONO);
    add("mono-bold", MONO_BOLD);
    let fallback: Vec<String> = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let with = |first: &[&str]| -> Vec<String> {
        first.iter().map(|name| (*name).to_owned()).chain(fallback.iter().cloned()).collect()
    };
    fonts.families.insert(FontFamily::Proportional, with(&["inter"]));
    fonts.families.insert(FontFamily::Monospace, with(&["mono", "inter"]));
    fonts.families.insert(FontFamily::Name(MONO_BOLD_FAMILY.into()), with(&["mono-bold", "inter"]));
    ctx.set_fonts(fonts);
}

/// Makes `scheme` the look of everything; `still` leaves out whatever moves by itself.
pub fn apply(ctx: &egui::Context, scheme: Scheme, still: bool) {
    let look = Look { scheme, still };
    if ctx.data(|data| data.get_temp::<Look>(slot())) == Some(look) {
        return;
    }
    ctx.data_mut(|data| data.insert_temp(slot(), look));
    ctx.set_theme(if scheme.is_dark() { egui::Theme::Dark } else { egui::Theme::Light });
    ctx.all_styles_mut(|style| {
        set_style(style, scheme);
        if still {
            style.animation_time = 0.0;
        }
    });
    ctx.request_repaint();
}

fn set_style(style: &mut egui::Style, scheme: Scheme) {
    let p = scheme.palette();
    style.text_styles = [
        (egui::TextStyle::Heading, font(tokens::DIALOG)),
        (egui::TextStyle::Body, font(tokens::UI)),
        (egui::TextStyle::Button, font(tokens::UI_MEDIUM)),
        (egui::TextStyle::Small, font(tokens::SMALL)),
        (egui::TextStyle::Monospace, font(tokens::CODE)),
    ]
    .into();
    style.animation_time = 0.08;
    style.scroll_animation = egui::style::ScrollAnimation::none();
    style.interaction.tooltip_delay = tokens::TOOLTIP_SECS as f32;
    style.interaction.selectable_labels = false;
    style.spacing.item_spacing = egui::vec2(8.0, 0.0);
    style.spacing.interact_size.y = tokens::size::BUTTON;
    // Nothing fades out: there are no gradients.
    let fade = egui::style::ScrollFadeStyle { strength: 0.0, ..Default::default() };
    style.spacing.scroll = egui::style::ScrollStyle { fade, ..egui::style::ScrollStyle::floating() };
    let visuals = &mut style.visuals;
    visuals.dark_mode = scheme.is_dark();
    visuals.override_text_color = Some(p.ink);
    visuals.panel_fill = p.chrome;
    visuals.window_fill = p.raised;
    visuals.window_stroke = Stroke::new(stroke::LINE, p.line);
    visuals.window_corner_radius = CornerRadius::same(radius::DIALOG);
    visuals.menu_corner_radius = CornerRadius::same(radius::SHEET);
    visuals.window_shadow = scheme.shadow(tokens::Shadow::Palette);
    visuals.popup_shadow = scheme.shadow(tokens::Shadow::Menu);
    visuals.extreme_bg_color = p.page;
    visuals.text_edit_bg_color = Some(p.page);
    visuals.code_bg_color = p.code;
    visuals.hyperlink_color = p.ink;
    visuals.weak_text_color = Some(p.ink3);
    visuals.selection.bg_fill = scheme.selection();
    visuals.selection.stroke = Stroke::new(stroke::FOCUS, p.ink2);
    visuals.text_cursor.stroke = Stroke::new(stroke::FOCUS, p.here);
    visuals.image_loading_spinners = false;
    set_widget_visuals(&mut visuals.widgets, p);
}

fn set_widget_visuals(widgets: &mut egui::style::Widgets, p: &Palette) {
    let rounded = CornerRadius::same(radius::ROW);
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = rounded;
        state.expansion = 0.0;
        state.fg_stroke = Stroke::new(stroke::GLYPH, p.ink2);
        state.bg_fill = p.sunken;
        state.weak_bg_fill = p.raised;
        state.bg_stroke = Stroke::new(stroke::LINE, p.line);
    }
    widgets.hovered.bg_stroke = Stroke::new(stroke::LINE, p.edge);
    widgets.active.bg_stroke = Stroke::new(stroke::LINE, p.edge);
}

/// The font of a style.
pub fn font(style: Type) -> FontId {
    let family = match (style.mono, style.weight > 500.0) {
        (false, _) => FontFamily::Proportional,
        (true, false) => FontFamily::Monospace,
        (true, true) => FontFamily::Name(MONO_BOLD_FAMILY.into()),
    };
    FontId::new(style.size, family)
}

/// A run of text in a style.
pub fn format(style: Type, color: Color32) -> TextFormat {
    TextFormat {
        font_id: font(style),
        extra_letter_spacing: style.spacing,
        line_height: Some(style.line),
        color,
        coords: if style.mono {
            VariationCoords::default()
        } else {
            VariationCoords::new([(b"wght", style.weight)])
        },
        ..TextFormat::default()
    }
}

/// The same, emphasised.
pub fn emphasised(style: Type, color: Color32) -> TextFormat {
    let mut format = format(style, color);
    if style.mono {
        format.italics = true;
    } else {
        format.coords.push(b"slnt", SLANT);
    }
    format
}

/// Text in one style that is cut with an ellipsis at `width`.
pub fn one_line(text: &str, style: Type, color: Color32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::single_section(text.to_owned(), format(style, color));
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    job.break_on_newline = false;
    job
}

/// Text in one style that wraps at `width`.
pub fn wrapped(text: &str, style: Type, color: Color32, width: f32) -> LayoutJob {
    let mut job = LayoutJob::single_section(text.to_owned(), format(style, color));
    job.wrap = egui::text::TextWrapping::wrap_at_width(width);
    job
}

#[cfg(test)]
thread_local! {
    static LAID: std::cell::Cell<(usize, usize)> = const { std::cell::Cell::new((0, 0)) };
}

/// Stretches and characters of text that were laid out since this was last asked: what a frame costs, without a clock.
#[cfg(test)]
pub fn laid() -> (usize, usize) {
    LAID.take()
}

/// Lays a job out.
pub fn layout(ui: &Ui, job: LayoutJob) -> Arc<Galley> {
    #[cfg(test)]
    LAID.set((LAID.get().0 + 1, LAID.get().1 + job.text.chars().count()));
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Width of text on one line.
pub fn width(ui: &Ui, text: &str, style: Type) -> f32 {
    layout(ui, one_line(text, style, Color32::PLACEHOLDER, f32::INFINITY)).size().x
}
