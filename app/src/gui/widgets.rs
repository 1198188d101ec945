//! Buttons, rows, fields, chips and marks drawn from the tokens. Every one that can be used has a name.

use egui::{
    Align2, Color32, CornerRadius, Id, Rect, Response, Sense, Stroke, StrokeKind, Ui, Vec2, pos2, vec2,
};
use egui::{WidgetInfo, accesskit::Role};

use super::icon::{self, Icon};
use super::look::{self, Look, look};
use super::tokens::{self, Type, radius, size, stroke};

/// The card on which menus, lists and small questions float over the page.
pub fn floating(p: Look, inner: f32) -> egui::Frame {
    egui::Frame::NONE
        .fill(p.raised)
        .stroke(Stroke::new(stroke::LINE, p.line))
        .corner_radius(radius::SHEET)
        .shadow(p.scheme.shadow(tokens::Shadow::Menu))
        .inner_margin(inner)
}

/// Paints one line of text inside `rect`, cut with an ellipsis; returns where it went.
pub fn line(ui: &Ui, rect: Rect, align: Align2, text: &str, style: Type, color: Color32) -> Rect {
    let galley = look::layout(ui, look::one_line(text, style, color, rect.width().max(0.0)));
    let at = align.align_size_within_rect(galley.size(), rect);
    ui.painter().galley(at.min, galley, color);
    at
}

/// Text that flows and wraps; read by screen readers.
pub fn text(ui: &mut Ui, text: &str, style: Type, color: Color32) -> Response {
    let job = look::wrapped(text, style, color, ui.available_width());
    ui.add(egui::Label::new(job).selectable(false).wrap())
}

/// One line of text that flows; cut when there is no room.
pub fn short(ui: &mut Ui, text: &str, style: Type, color: Color32) -> Response {
    let job = look::one_line(text, style, color, ui.available_width());
    ui.add(egui::Label::new(job).selectable(false))
}

/// The ring around what has the keyboard.
pub fn focus_ring(ui: &Ui, response: &Response, corner: u8) {
    if response.has_focus() {
        // Where there is no room outside, the ring stands inside what is in sight.
        let rect = response.rect.expand(1.0).intersect(ui.clip_rect().shrink(stroke::FOCUS));
        let pen = Stroke::new(stroke::FOCUS, look(ui.ctx()).here);
        ui.painter().rect_stroke(rect, CornerRadius::same(corner + 1), pen, StrokeKind::Outside);
    }
}

fn name(response: &Response, role: Role, enabled: bool, label: &str) {
    response.widget_info(|| WidgetInfo::labeled(role, enabled, label));
}

/// A button.
#[derive(Debug, Clone, Copy)]
pub struct Button<'a> {
    text: &'a str,
    key: Option<&'a str>,
    icon: Option<Icon>,
    main: bool,
    plain: bool,
    disabled: Option<&'a str>,
    spoken: Option<&'a str>,
}

impl<'a> Button<'a> {
    /// A raised button.
    pub fn new(text: &'a str) -> Self {
        Button { text, key: None, icon: None, main: false, plain: false, disabled: None, spoken: None }
    }

    /// The one main action of a view.
    pub fn main(text: &'a str) -> Self {
        Button { main: true, ..Button::new(text) }
    }

    /// Without a frame.
    pub fn plain(text: &'a str) -> Self {
        Button { plain: true, ..Button::new(text) }
    }

    /// The key that does the same.
    pub fn key(self, key: &'a str) -> Self {
        Button { key: Some(key), ..self }
    }

    /// An icon before the text.
    pub fn icon(self, icon: Icon) -> Self {
        Button { icon: Some(icon), ..self }
    }

    /// Cannot be used, for this reason.
    pub fn disabled(self, why: Option<&'a str>) -> Self {
        Button { disabled: why, ..self }
    }

    /// The name for screen readers, where several buttons say the same.
    pub fn spoken(self, name: &'a str) -> Self {
        Button { spoken: Some(name), ..self }
    }

    /// How wide it is.
    pub fn width(self, ui: &Ui) -> f32 {
        let key = self.key.map_or(0.0, |key| look::width(ui, key, tokens::TINY) + 16.0);
        let icon = if self.icon.is_some() { 22.0 } else { 0.0 };
        look::width(ui, self.text, tokens::UI_MEDIUM) + key + icon + 24.0
    }

    /// Draws it and says whether it was used.
    pub fn show(self, ui: &mut Ui) -> Response {
        let p = look(ui.ctx());
        let ink = match (self.disabled.is_some(), self.main) {
            (true, _) => p.ink3,
            (false, true) => p.on_here,
            (false, false) => p.ink,
        };
        let galley = look::layout(ui, look::one_line(self.text, tokens::UI_MEDIUM, ink, f32::INFINITY));
        let wanted = vec2(self.width(ui), size::BUTTON);
        let sense = if self.disabled.is_some() { Sense::hover() } else { Sense::click() };
        let (rect, mut response) = ui.allocate_exact_size(wanted, sense);
        self.paint(ui, p, rect, &response);
        let mut left = rect.left() + 12.0;
        if let Some(icon) = self.icon {
            let at = Rect::from_min_size(pos2(left - 2.0, rect.top()), vec2(18.0, rect.height()));
            icon::paint(ui.painter(), at, 17.0, icon, ink);
            left += 22.0;
        }
        let text_at = pos2(left, rect.center().y - galley.size().y / 2.0);
        left += galley.size().x;
        ui.painter().galley(text_at, galley, ink);
        if let Some(key) = self.key {
            key_cap(ui, pos2(left + 8.0, rect.center().y), key, self.main.then_some(ink));
        }
        name(&response, Role::Button, self.disabled.is_none(), self.spoken.unwrap_or(self.text));
        focus_ring(ui, &response, radius::ROW);
        if let Some(why) = self.disabled {
            ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(why));
            response = response.on_hover_text(why);
        }
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn paint(self, ui: &Ui, p: Look, rect: Rect, response: &Response) {
        let corner = CornerRadius::same(radius::ROW);
        if self.main {
            let fill = if self.disabled.is_some() { p.sunken } else { p.here };
            ui.painter().rect_filled(rect, corner, fill);
        } else if !self.plain {
            ui.painter().rect(rect, corner, p.raised, Stroke::new(stroke::LINE, p.line), StrokeKind::Inside);
        }
        if response.hovered() && self.disabled.is_none() {
            ui.painter().rect_filled(rect, corner, p.scheme.hover());
        }
    }
}

/// A key cap whose left edge stands at `left`; returns its width.
pub fn key_cap(ui: &Ui, left: egui::Pos2, key: &str, on: Option<Color32>) -> f32 {
    let p = look(ui.ctx());
    let ink = on.unwrap_or(p.ink3);
    let galley = look::layout(ui, look::one_line(key, tokens::TINY, ink, f32::INFINITY));
    let rect = Rect::from_min_size(pos2(left.x, left.y - 9.0), vec2(galley.size().x.max(6.0) + 10.0, 18.0));
    if on.is_none() {
        let pen = Stroke::new(stroke::LINE, p.line);
        ui.painter().rect(rect, CornerRadius::same(radius::KEY), p.page, pen, StrokeKind::Inside);
    }
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    rect.width()
}

/// A lone icon with a name, said in its tooltip with the key that does the same.
pub fn icon_button(ui: &mut Ui, icon: Icon, label: &str, key: Option<&str>) -> Response {
    let (_, response) = ui.allocate_exact_size(Vec2::splat(size::BUTTON), Sense::click());
    paint_icon_button(ui, &response, icon, label, key)
}

/// As [`icon_button`], at a place.
pub fn icon_button_at(ui: &Ui, rect: Rect, id: Id, icon: Icon, label: &str, key: Option<&str>) -> Response {
    let response = ui.interact(rect, id, Sense::click());
    paint_icon_button(ui, &response, icon, label, key)
}

fn paint_icon_button(ui: &Ui, response: &Response, icon: Icon, label: &str, key: Option<&str>) -> Response {
    let p = look(ui.ctx());
    if response.hovered() {
        ui.painter().rect_filled(response.rect, CornerRadius::same(radius::ROW), p.scheme.hover());
    }
    icon::paint(ui.painter(), response.rect, 18.0, icon, p.ink2);
    name(response, Role::Button, true, label);
    focus_ring(ui, response, radius::ROW);
    let tip = key.map_or_else(|| label.to_owned(), |key| format!("{label}   {key}"));
    response.clone().on_hover_cursor(egui::CursorIcon::PointingHand).on_hover_text(tip)
}

/// A row of a list.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// What it says.
    pub text: &'a str,
    /// Icon before the text.
    pub icon: Option<Icon>,
    /// Quiet text at the right.
    pub right: &'a str,
    /// Levels of indentation.
    pub depth: usize,
    /// It is where one is.
    pub selected: bool,
    /// Drawn in second ink.
    pub quiet: bool,
    /// Height.
    pub height: f32,
    /// The name for screen readers, where several rows say the same.
    pub spoken: Option<&'a str>,
}

impl<'a> Row<'a> {
    /// A plain row.
    pub fn new(text: &'a str) -> Self {
        Row {
            text,
            icon: None,
            right: "",
            depth: 0,
            selected: false,
            quiet: false,
            height: size::ROW,
            spoken: None,
        }
    }

    /// Draws it over the whole width.
    pub fn show(self, ui: &mut Ui) -> Response {
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), self.height), Sense::click());
        self.paint(ui, rect, &response);
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, true, self.selected, self.spoken.unwrap_or(self.text))
        });
        focus_ring(ui, &response, radius::ROW);
        response.on_hover_cursor(egui::CursorIcon::PointingHand)
    }

    fn paint(self, ui: &Ui, rect: Rect, response: &Response) {
        let p = look(ui.ctx());
        row_ground(ui, rect, self.selected, response.hovered());
        let ink = if self.quiet { p.ink2 } else { p.ink };
        let mut left = rect.left() + 10.0 + 16.0 * self.depth as f32;
        if let Some(icon) = self.icon {
            let at = Rect::from_min_size(pos2(left - 1.0, rect.top()), vec2(17.0, rect.height()));
            icon::paint(ui.painter(), at, 17.0, icon, if self.selected { p.here } else { p.ink2 });
            left += 25.0;
        }
        let right = rect.right() - 8.0;
        let taken = if self.right.is_empty() {
            0.0
        } else {
            let at = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
            line(ui, at, Align2::RIGHT_CENTER, self.right, tokens::TINY, p.ink3).width() + 8.0
        };
        let style = if self.selected { tokens::UI_MEDIUM } else { tokens::UI };
        let at = Rect::from_min_max(pos2(left, rect.top()), pos2(right - taken, rect.bottom()));
        line(ui, at, Align2::LEFT_CENTER, self.text, style, ink);
    }
}

/// Ground of a row: tint and bar where one is, a veil under the pointer.
pub fn row_ground(ui: &Ui, rect: Rect, selected: bool, hovered: bool) {
    let p = look(ui.ctx());
    let corner = CornerRadius::same(radius::ROW);
    if selected {
        ui.painter().rect_filled(rect, corner, p.here_tint);
        let bar = Rect::from_min_max(
            pos2(rect.left() - 1.0, rect.top() + 6.0),
            pos2(rect.left() + 1.0, rect.bottom() - 6.0),
        );
        ui.painter().rect_filled(bar, 1.0, p.here);
    } else if hovered {
        ui.painter().rect_filled(rect, corner, p.scheme.hover());
    }
}

/// How a chip looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A label.
    Label,
    /// A kept value.
    Kept,
    /// Something that is open or awaited.
    Waiting,
}

/// Width of a chip with this text.
pub fn chip_width(ui: &Ui, text: &str, tone: Tone) -> f32 {
    look::width(ui, text, tokens::SMALL) + if tone == Tone::Kept { 34.0 } else { 16.0 }
}

/// Paints a chip whose left edge stands at `left`; returns its rectangle.
pub fn chip(ui: &Ui, left: egui::Pos2, text: &str, tone: Tone, max: f32) -> Rect {
    let p = look(ui.ctx());
    let width = chip_width(ui, text, tone).min(max);
    let rect = Rect::from_min_size(pos2(left.x, left.y - size::CHIP / 2.0), vec2(width, size::CHIP));
    let (fill, ink) = match tone {
        Tone::Label => (p.sunken, p.ink2),
        Tone::Kept | Tone::Waiting => (p.wait_tint, p.wait),
    };
    let pen = if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.edge) } else { Stroke::NONE };
    ui.painter().rect(rect, CornerRadius::same(radius::CHIP), fill, pen, StrokeKind::Inside);
    let mut inside = rect.shrink2(vec2(8.0, 0.0));
    if tone == Tone::Kept {
        let at = Rect::from_min_size(inside.min, vec2(14.0, rect.height()));
        icon::paint(ui.painter(), at, 14.0, Icon::Fork, ink);
        inside.min.x += 18.0;
    }
    line(ui, inside, Align2::LEFT_CENTER, text, tokens::SMALL, ink);
    rect
}

/// Initials on day or night.
pub fn avatar(ui: &Ui, centre: egui::Pos2, radius: f32, name: &str, working: bool) {
    let p = look(ui.ctx());
    let (fill, ink) = if working { (p.day, p.day_ink) } else { (p.night_fill, p.night_ink) };
    let pen = if p.scheme.is_high_contrast() { Stroke::new(stroke::LINE, p.edge) } else { Stroke::NONE };
    ui.painter().circle(centre, radius, fill, pen);
    let style = Type { size: (radius * 0.92).max(7.5), ..tokens::TINY_STRONG };
    line(
        ui,
        Rect::from_center_size(centre, Vec2::splat(radius * 2.0)),
        Align2::CENTER_CENTER,
        &initials(name),
        style,
        ink,
    );
}

/// The first letters of a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.last() {
        Some(last) => first.chars().take(1).chain(last.chars().take(1)).collect::<String>().to_uppercase(),
        None => first.chars().take(2).collect::<String>().to_uppercase(),
    }
}

/// A text field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// Shown while it is empty.
    pub hint: &'a str,
    /// Fixed pitch.
    pub mono: bool,
    /// What is typed is not shown.
    pub secret: bool,
    /// Lines; one for a single-line field.
    pub rows: usize,
    /// Identity, so that keys can bring focus here.
    pub id: Id,
}

impl<'a> Field<'a> {
    /// A single-line field.
    pub fn new(name: &'a str, hint: &'a str) -> Self {
        Field { name, hint, mono: false, secret: false, rows: 1, id: Id::unique(("field", name)) }
    }

    /// Draws it over the available width.
    pub fn show(self, ui: &mut Ui, value: &mut String) -> Response {
        let p = look(ui.ctx());
        let style = if self.mono { tokens::CODE } else { tokens::UI };
        let margin = egui::Margin::symmetric(10, if self.rows == 1 { 7 } else { 8 });
        let edit = if self.rows == 1 {
            egui::TextEdit::singleline(value)
        } else {
            egui::TextEdit::multiline(value).desired_rows(self.rows)
        };
        let edit = edit.password(self.secret);
        let hint = egui::RichText::new(self.hint).color(p.ink3).font(look::font(style));
        let frame = egui::Frame::NONE
            .inner_margin(margin)
            .fill(p.page)
            .corner_radius(CornerRadius::same(radius::ROW));
        let output = edit
            .id(self.id)
            .font(look::font(style))
            .hint_text(hint)
            .frame(frame)
            .desired_width(ui.available_width())
            .min_size(vec2(0.0, size::FIELD))
            .align(if self.rows == 1 { Align2::LEFT_CENTER } else { Align2::LEFT_TOP })
            .show(ui);
        let response: Response = (*output.response).clone();
        let pen = if response.has_focus() {
            Stroke::new(stroke::FOCUS, p.ink2)
        } else {
            Stroke::new(stroke::LINE, p.edge)
        };
        ui.painter().rect_stroke(response.rect, CornerRadius::same(radius::ROW), pen, StrokeKind::Inside);
        response.accessible_name(self.name)
    }
}

/// Drops what a field keeps for undoing: secrets must not stay there.
pub fn forget(ctx: &egui::Context, name: &str) {
    let id = Field::new(name, "").id;
    ctx.data_mut(|data| data.remove::<egui::text_edit::TextEditState>(id));
}

/// A check box with text; returns whether it was used.
pub fn check(ui: &mut Ui, on: bool, label: &str) -> bool {
    let p = look(ui.ctx());
    let galley = look::layout(ui, look::one_line(label, tokens::UI, p.ink, ui.available_width() - 26.0));
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 26.0, size::BUTTON), Sense::click());
    check_box(ui, Rect::from_center_size(pos2(rect.left() + 8.0, rect.center().y), Vec2::splat(16.0)), on);
    ui.painter().galley(pos2(rect.left() + 26.0, rect.center().y - galley.size().y / 2.0), galley, p.ink);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, label));
    focus_ring(ui, &response, radius::ROW);
    response.clicked()
}

/// Paints a check box.
pub fn check_box(ui: &Ui, rect: Rect, on: bool) {
    let p = look(ui.ctx());
    let corner = CornerRadius::same(radius::BAR);
    if on {
        ui.painter().rect_filled(rect, corner, p.ink2);
        icon::tick(ui.painter(), rect, p.page);
    } else {
        ui.painter().rect_stroke(rect, corner, Stroke::new(1.2, p.edge), StrokeKind::Inside);
    }
}

/// One of several choices side by side; returns the one that was used.
pub fn choices<T: Copy + PartialEq>(ui: &mut Ui, label: &str, options: &[(T, &str)], chosen: T) -> Option<T> {
    let mut used = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
        for (value, text) in options {
            if choice(ui, label, text, *value == chosen).clicked() {
                used = Some(*value);
            }
        }
    });
    used
}

fn choice(ui: &mut Ui, group: &str, text: &str, on: bool) -> Response {
    let p = look(ui.ctx());
    let style = if on { tokens::UI_STRONG } else { tokens::UI };
    let galley = look::layout(ui, look::one_line(text, style, p.ink, f32::INFINITY));
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 22.0, size::BUTTON), Sense::click());
    let pen = if on { Stroke::new(stroke::GLYPH, p.ink2) } else { Stroke::new(stroke::LINE, p.line) };
    let fill = if on { p.sunken } else { p.raised };
    ui.painter().rect(rect, CornerRadius::same(radius::ROW), fill, pen, StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, p.ink);
    let spoken = format!("{group}: {text}");
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, on, &spoken));
    focus_ring(ui, &response, radius::ROW);
    response
}

/// A caption in the left of a form and what belongs to it at the right.
pub fn form_row<R>(ui: &mut Ui, caption: &str, left: f32, content: impl FnOnce(&mut Ui) -> R) -> R {
    form_row_of(ui, caption, (left, size::FIELD), content)
}

/// The same beside something whose first line is not as high as a field.
pub fn form_row_of<R>(
    ui: &mut Ui,
    caption: &str,
    (left, height): (f32, f32),
    content: impl FnOnce(&mut Ui) -> R,
) -> R {
    ui.horizontal_top(|ui| {
        let p = look(ui.ctx());
        let (rect, _) = ui.allocate_exact_size(vec2(left, height), Sense::hover());
        line(ui, rect, Align2::LEFT_CENTER, caption, tokens::UI_STRONG, p.ink);
        ui.vertical(content).inner
    })
    .inner
}

/// A hairline over the available width.
pub fn rule(ui: &mut Ui) {
    let p = look(ui.ctx());
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().hline(rect.x_range(), rect.center().y, Stroke::new(stroke::LINE, p.line));
}

/// Draws into a part of the window.
pub fn region<R>(ui: &mut Ui, rect: Rect, salt: &str, label: &str, content: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = egui::UiBuilder::new()
        .max_rect(rect)
        .id_salt(salt)
        .layout(egui::Layout::top_down(egui::Align::Min))
        .accessibility_role(Role::Group)
        .accessibility_label(label);
    ui.scope_builder(builder, |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        content(ui)
    })
    .inner
}
