//! Menus, the palette and dialogs lend the keyboard: whatever had it before has it again when they close.

use egui::{Context, Id};

/// Frames in which it is given back: right behind a dialog, the window below does not take it yet.
const FRAMES: u8 = 3;

/// Who has the keyboard, and who had it.
#[derive(Debug, Clone, Copy, Default)]
struct Lent {
    /// What has it below; while something lies over the window, what had it before.
    before: Option<Id>,
    /// What has it within what lies over.
    inside: Option<Id>,
    /// Frames in which it is still given back.
    left: u8,
}

/// Remembers, and gives back. To be called once a frame, when all is drawn: `over` says whether something lies over the
/// window from here on.
pub fn tend(ctx: &Context, over: bool) {
    let key = Id::unique("lent keyboard");
    let focused = ctx.memory(egui::Memory::focused);
    let lent: Lent = ctx.data(|data| data.get_temp(key)).unwrap_or_default();
    let next = if over {
        Lent { inside: focused, left: FRAMES, ..lent }
    } else {
        give_back(ctx, lent, focused).unwrap_or(Lent { before: focused, ..Lent::default() })
    };
    ctx.data_mut(|data| data.insert_temp(key, next));
}

fn give_back(ctx: &Context, lent: Lent, focused: Option<Id>) -> Option<Lent> {
    let before = lent.before?;
    // What was chosen may have led the keyboard elsewhere already.
    let elsewhere = focused.is_some() && focused != lent.inside && focused != lent.before;
    let left = lent.left.checked_sub(1).filter(|_| !elsewhere)?;
    ctx.memory_mut(|memory| memory.request_focus(before));
    ctx.request_repaint();
    Some(Lent { left, ..lent })
}
