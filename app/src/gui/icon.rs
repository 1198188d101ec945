//! Icons as strokes on a 20-point grid, in the manner of rounded outline symbols; status, priority and the bird.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::tokens::{Palette, stroke};

/// Outline icons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Icon {
    Page,
    Folder,
    Tasks,
    Trash,
    Search,
    Settings,
    Plus,
    Close,
    ChevronRight,
    ChevronDown,
    Back,
    Forward,
    Sun,
    Moon,
    Laptop,
    Node,
    Key,
    Lock,
    Fork,
    Calendar,
    Clip,
    People,
    PersonAdd,
    Dots,
    More,
    Picture,
    Link,
    Check,
    Panel,
    Globe,
    Words,
    Info,
    Restore,
    Offline,
    Heading,
    List,
    Quote,
    Code,
    Rule,
    Star,
    Template,
    Inbox,
    Threads,
    Clock,
    Filter,
    Board,
}

enum Mark {
    Line(&'static [(f32, f32)]),
    Circle(f32, f32, f32),
    Dot(f32, f32, f32),
    Box(f32, f32, f32, f32, f32),
    Arc(f32, f32, f32, f32, f32),
}

use Mark::{Arc, Box, Circle, Dot, Line};

fn marks(icon: Icon) -> &'static [Mark] {
    match icon {
        Icon::Inbox => &[
            Box(3.2, 3.4, 13.6, 13.2, 1.6),
            Line(&[(3.4, 11.4), (6.8, 11.4), (8.2, 13.4), (11.8, 13.4), (13.2, 11.4), (16.6, 11.4)]),
        ],
        Icon::Threads => &[
            Line(&[(3.0, 13.4), (3.0, 3.4), (13.6, 3.4), (13.6, 10.6), (5.8, 10.6), (3.0, 13.4)]),
            Line(&[(16.2, 7.0), (17.2, 7.0), (17.2, 17.0), (14.6, 14.4), (7.0, 14.4), (7.0, 13.0)]),
        ],
        Icon::Clock => &[Circle(10.0, 10.0, 7.2), Line(&[(10.0, 5.6), (10.0, 10.2), (13.0, 12.0)])],
        Icon::Star => &[Line(&[
            (10.0, 2.6),
            (12.2, 7.4),
            (17.4, 8.0),
            (13.5, 11.5),
            (14.6, 16.7),
            (10.0, 14.0),
            (5.4, 16.7),
            (6.5, 11.5),
            (2.6, 8.0),
            (7.8, 7.4),
            (10.0, 2.6),
        ])],
        Icon::Template => &[
            Box(3.0, 3.0, 6.0, 6.0, 1.0),
            Box(11.0, 3.0, 6.0, 6.0, 1.0),
            Box(3.0, 11.0, 6.0, 6.0, 1.0),
            Line(&[(14.0, 11.0), (14.0, 17.0)]),
            Line(&[(11.0, 14.0), (17.0, 14.0)]),
        ],
        Icon::Page => &[
            Line(&[
                (12.0, 2.8),
                (5.5, 2.8),
                (4.6, 3.7),
                (4.6, 16.3),
                (5.5, 17.2),
                (14.5, 17.2),
                (15.4, 16.3),
                (15.4, 6.2),
                (12.0, 2.8),
            ]),
            Line(&[(11.8, 3.0), (11.8, 6.4), (15.2, 6.4)]),
            Line(&[(7.4, 10.2), (12.6, 10.2)]),
            Line(&[(7.4, 13.4), (12.6, 13.4)]),
        ],
        Icon::Folder => &[Line(&[
            (2.8, 5.0),
            (3.4, 4.2),
            (8.2, 4.2),
            (10.0, 6.2),
            (16.6, 6.2),
            (17.2, 6.9),
            (17.2, 15.0),
            (16.5, 15.8),
            (3.5, 15.8),
            (2.8, 15.0),
            (2.8, 5.0),
        ])],
        Icon::Filter => &[
            Line(&[(3.0, 5.5), (17.0, 5.5)]),
            Line(&[(6.0, 10.0), (14.0, 10.0)]),
            Line(&[(8.6, 14.5), (11.4, 14.5)]),
        ],
        Icon::Board => &[
            Box(3.0, 3.0, 14.0, 14.0, 1.6),
            Line(&[(7.0, 6.2), (7.0, 13.8)]),
            Line(&[(10.0, 6.2), (10.0, 9.6)]),
            Line(&[(13.0, 6.2), (13.0, 11.6)]),
        ],
        Icon::Tasks => &[Circle(10.0, 10.0, 7.2), Line(&[(6.8, 10.2), (9.1, 12.5), (13.4, 7.8)])],
        Icon::Trash => &[
            Line(&[(3.6, 5.4), (16.4, 5.4)]),
            Line(&[(7.6, 5.2), (7.6, 3.2), (12.4, 3.2), (12.4, 5.2)]),
            Line(&[(5.2, 5.6), (5.8, 16.2), (6.6, 17.0), (13.4, 17.0), (14.2, 16.2), (14.8, 5.6)]),
            Line(&[(8.5, 8.6), (8.5, 13.8)]),
            Line(&[(11.5, 8.6), (11.5, 13.8)]),
        ],
        Icon::Search => &[Circle(8.6, 8.6, 5.2), Line(&[(12.5, 12.5), (17.0, 17.0)])],
        Icon::Settings => &[
            Line(&[(2.8, 6.0), (10.4, 6.0)]),
            Line(&[(14.6, 6.0), (17.2, 6.0)]),
            Circle(12.5, 6.0, 2.0),
            Line(&[(2.8, 14.0), (5.4, 14.0)]),
            Line(&[(9.6, 14.0), (17.2, 14.0)]),
            Circle(7.5, 14.0, 2.0),
        ],
        Icon::Plus => &[Line(&[(10.0, 4.4), (10.0, 15.6)]), Line(&[(4.4, 10.0), (15.6, 10.0)])],
        Icon::Close => &[Line(&[(5.4, 5.4), (14.6, 14.6)]), Line(&[(14.6, 5.4), (5.4, 14.6)])],
        Icon::ChevronRight => &[Line(&[(8.0, 5.6), (12.4, 10.0), (8.0, 14.4)])],
        Icon::ChevronDown => &[Line(&[(5.6, 8.0), (10.0, 12.4), (14.4, 8.0)])],
        Icon::Back => &[Line(&[(16.2, 10.0), (4.2, 10.0)]), Line(&[(9.0, 5.0), (4.0, 10.0), (9.0, 15.0)])],
        Icon::Forward => {
            &[Line(&[(3.8, 10.0), (15.8, 10.0)]), Line(&[(11.0, 5.0), (16.0, 10.0), (11.0, 15.0)])]
        }
        Icon::Sun => &[
            Circle(10.0, 10.0, 3.2),
            Line(&[(10.0, 2.6), (10.0, 4.2)]),
            Line(&[(10.0, 15.8), (10.0, 17.4)]),
            Line(&[(2.6, 10.0), (4.2, 10.0)]),
            Line(&[(15.8, 10.0), (17.4, 10.0)]),
            Line(&[(4.8, 4.8), (5.9, 5.9)]),
            Line(&[(14.1, 14.1), (15.2, 15.2)]),
            Line(&[(4.8, 15.2), (5.9, 14.1)]),
            Line(&[(14.1, 5.9), (15.2, 4.8)]),
        ],
        Icon::Moon => &[Line(&[
            (11.6, 3.4),
            (8.6, 4.2),
            (6.0, 6.2),
            (4.6, 9.0),
            (4.6, 11.6),
            (5.8, 14.4),
            (8.2, 16.3),
            (11.0, 16.8),
            (13.6, 16.0),
            (15.6, 14.2),
            (16.4, 12.4),
            (14.4, 12.8),
            (12.2, 12.0),
            (10.6, 10.0),
            (10.2, 7.2),
            (10.8, 4.8),
            (11.6, 3.4),
        ])],
        Icon::Laptop => &[Box(4.0, 4.6, 12.0, 8.6, 1.4), Line(&[(2.0, 15.8), (18.0, 15.8)])],
        Icon::Node => &[
            Box(3.2, 3.8, 13.6, 5.0, 1.4),
            Box(3.2, 11.2, 13.6, 5.0, 1.4),
            Dot(6.2, 6.3, 1.0),
            Dot(6.2, 13.7, 1.0),
        ],
        Icon::Key => &[
            Circle(6.4, 10.0, 3.4),
            Circle(6.4, 10.0, 0.9),
            Line(&[(9.8, 10.0), (17.4, 10.0), (17.4, 12.8)]),
            Line(&[(14.2, 10.2), (14.2, 12.4)]),
        ],
        Icon::Lock => &[
            Box(4.6, 8.6, 10.8, 8.4, 1.4),
            Line(&[(6.8, 8.4), (6.8, 6.2), (7.6, 4.4), (10.0, 3.4), (12.4, 4.4), (13.2, 6.2), (13.2, 8.4)]),
            Dot(10.0, 12.8, 1.3),
        ],
        Icon::Fork => &[
            Line(&[(10.0, 17.4), (10.0, 12.0), (4.6, 6.4), (4.6, 3.4)]),
            Line(&[(10.0, 12.0), (15.4, 6.4), (15.4, 3.4)]),
            Line(&[(2.6, 5.4), (4.6, 3.4), (6.6, 5.4)]),
            Line(&[(13.4, 5.4), (15.4, 3.4), (17.4, 5.4)]),
        ],
        Icon::Calendar => &[
            Box(3.6, 4.6, 12.8, 12.4, 1.4),
            Line(&[(3.8, 8.2), (16.2, 8.2)]),
            Line(&[(7.0, 2.8), (7.0, 5.4)]),
            Line(&[(13.0, 2.8), (13.0, 5.4)]),
            Dot(12.6, 13.2, 1.4),
        ],
        Icon::Clip => &[Line(&[
            (14.2, 6.2),
            (14.2, 13.4),
            (13.2, 16.0),
            (10.4, 17.2),
            (7.6, 16.0),
            (6.6, 13.4),
            (6.6, 5.8),
            (7.4, 3.8),
            (9.2, 3.0),
            (11.0, 3.8),
            (11.6, 5.6),
            (11.6, 12.8),
            (10.4, 14.0),
            (9.2, 12.8),
            (9.2, 6.6),
        ])],
        Icon::People => &[
            Circle(7.6, 6.8, 2.9),
            Line(&[
                (2.2, 16.0),
                (2.4, 14.2),
                (4.4, 12.6),
                (7.6, 12.0),
                (10.8, 12.6),
                (12.8, 14.2),
                (13.0, 16.0),
                (2.2, 16.0),
            ]),
            Line(&[(12.6, 4.2), (14.4, 4.9), (15.1, 6.8), (14.4, 8.7), (12.6, 9.4)]),
            Line(&[(14.6, 12.4), (16.6, 13.4), (17.6, 14.8), (17.8, 16.0), (15.4, 16.0)]),
        ],
        Icon::PersonAdd => &[
            Circle(8.0, 6.6, 3.0),
            Line(&[
                (2.4, 16.4),
                (2.6, 14.4),
                (4.8, 12.6),
                (8.0, 12.0),
                (11.2, 12.6),
                (13.4, 14.4),
                (13.6, 16.4),
                (2.4, 16.4),
            ]),
            Line(&[(15.6, 6.4), (15.6, 11.2)]),
            Line(&[(13.2, 8.8), (18.0, 8.8)]),
        ],
        Icon::Dots => &[
            Dot(7.4, 5.0, 1.3),
            Dot(12.6, 5.0, 1.3),
            Dot(7.4, 10.0, 1.3),
            Dot(12.6, 10.0, 1.3),
            Dot(7.4, 15.0, 1.3),
            Dot(12.6, 15.0, 1.3),
        ],
        Icon::More => &[Dot(4.6, 10.0, 1.3), Dot(10.0, 10.0, 1.3), Dot(15.4, 10.0, 1.3)],
        Icon::Picture => &[
            Box(3.0, 4.0, 14.0, 12.0, 1.4),
            Line(&[(4.6, 14.2), (8.2, 9.8), (10.6, 12.4), (12.2, 10.6), (15.4, 14.2)]),
            Dot(12.8, 7.4, 1.1),
        ],
        Icon::Link => &[
            Line(&[(8.6, 6.0), (5.6, 6.0), (3.0, 7.6), (2.6, 10.0), (3.6, 12.8), (5.6, 14.0), (8.6, 14.0)]),
            Line(&[
                (11.4, 6.0),
                (14.4, 6.0),
                (17.0, 7.6),
                (17.4, 10.0),
                (16.4, 12.8),
                (14.4, 14.0),
                (11.4, 14.0),
            ]),
            Line(&[(6.8, 10.0), (13.2, 10.0)]),
        ],
        Icon::Check => &[Line(&[(4.4, 10.4), (8.2, 14.2), (15.8, 6.0)])],
        Icon::Panel => &[Box(2.8, 4.0, 14.4, 12.0, 1.6), Line(&[(12.2, 4.2), (12.2, 15.8)])],
        Icon::Globe => &[
            Circle(10.0, 10.0, 7.0),
            Line(&[(3.2, 10.0), (16.8, 10.0)]),
            Line(&[
                (10.0, 3.0),
                (7.2, 6.4),
                (6.8, 10.0),
                (7.2, 13.6),
                (10.0, 17.0),
                (12.8, 13.6),
                (13.2, 10.0),
                (12.8, 6.4),
                (10.0, 3.0),
            ]),
        ],
        Icon::Words => &[
            Line(&[(3.0, 5.0), (14.0, 5.0)]),
            Line(&[(3.0, 9.0), (14.0, 9.0)]),
            Line(&[(3.0, 13.0), (8.6, 13.0)]),
            Line(&[(11.0, 16.6), (11.6, 14.0), (16.2, 9.4), (18.0, 11.2), (13.4, 15.8), (11.0, 16.6)]),
        ],
        Icon::Info => &[Circle(10.0, 10.0, 7.2), Line(&[(10.0, 9.2), (10.0, 13.6)]), Dot(10.0, 6.6, 1.0)],
        Icon::Restore => &[Arc(10.0, 10.4, 6.2, -2.4, 3.2), Line(&[(3.4, 3.8), (4.2, 7.6), (8.0, 6.8)])],
        Icon::Offline => &[
            Line(&[(5.4, 6.6), (4.0, 7.6), (2.8, 9.4), (2.6, 11.6), (3.6, 13.8), (5.4, 15.2), (13.6, 15.2)]),
            Line(&[
                (8.0, 4.8),
                (10.4, 4.6),
                (13.0, 6.0),
                (14.4, 8.6),
                (16.4, 9.4),
                (17.4, 11.2),
                (17.2, 13.2),
                (16.4, 14.4),
            ]),
            Line(&[(3.0, 3.0), (17.0, 17.0)]),
        ],
        Icon::Heading => &[
            Line(&[(4.4, 4.6), (4.4, 15.4)]),
            Line(&[(4.4, 10.0), (11.4, 10.0)]),
            Line(&[(11.4, 4.6), (11.4, 15.4)]),
            Line(&[(14.4, 9.8), (16.2, 8.6), (16.2, 15.4)]),
        ],
        Icon::List => &[
            Dot(4.4, 5.4, 1.2),
            Dot(4.4, 10.0, 1.2),
            Dot(4.4, 14.6, 1.2),
            Line(&[(7.8, 5.4), (16.4, 5.4)]),
            Line(&[(7.8, 10.0), (16.4, 10.0)]),
            Line(&[(7.8, 14.6), (16.4, 14.6)]),
        ],
        Icon::Quote => &[
            Line(&[(4.2, 5.0), (4.2, 15.0)]),
            Line(&[(8.0, 6.4), (16.4, 6.4)]),
            Line(&[(8.0, 10.0), (16.4, 10.0)]),
            Line(&[(8.0, 13.6), (13.4, 13.6)]),
        ],
        Icon::Code => {
            &[Line(&[(7.2, 5.4), (2.8, 10.0), (7.2, 14.6)]), Line(&[(12.8, 5.4), (17.2, 10.0), (12.8, 14.6)])]
        }
        Icon::Rule => &[Line(&[(3.0, 10.0), (17.0, 10.0)])],
    }
}

/// Draws `icon` centred in `rect` at `size` points.
pub fn paint(painter: &Painter, rect: Rect, size: f32, icon: Icon, color: Color32) {
    let scale = size / 20.0;
    let origin = rect.center() - vec2(size, size) / 2.0;
    let at = |x: f32, y: f32| origin + vec2(x, y) * scale;
    let pen = Stroke::new(stroke::GLYPH * scale.max(0.75), color);
    for mark in marks(icon) {
        match mark {
            Line(points) => {
                let points: Vec<Pos2> = points.iter().map(|(x, y)| at(*x, *y)).collect();
                painter.add(Shape::line(points, pen));
            }
            Circle(x, y, r) => {
                painter.circle_stroke(at(*x, *y), r * scale, pen);
            }
            Dot(x, y, r) => {
                painter.circle_filled(at(*x, *y), r * scale, color);
            }
            Box(x, y, w, h, r) => {
                let rect = Rect::from_min_size(at(*x, *y), vec2(*w, *h) * scale);
                painter.rect_stroke(rect, r * scale, pen, egui::StrokeKind::Middle);
            }
            Arc(x, y, r, from, to) => {
                painter.add(Shape::line(arc(at(*x, *y), r * scale, *from, *to), pen));
            }
        }
    }
}

fn arc(centre: Pos2, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    const STEPS: usize = 24;
    (0..=STEPS)
        .map(|step| {
            let angle = from + (to - from) * step as f32 / STEPS as f32;
            centre + vec2(angle.cos(), angle.sin()) * radius
        })
        .collect()
}

/// A filled sector of at most half a circle.
fn sector(painter: &Painter, centre: Pos2, radius: f32, from: f32, to: f32, color: Color32) {
    let mut points = arc(centre, radius, from, to);
    points.push(centre);
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}

/// The ring of a task's status; its name is always said beside it.
pub fn status(painter: &Painter, rect: Rect, status: &str, p: &Palette) {
    let centre = rect.center();
    let radius = rect.width().min(rect.height()) / 2.0 - 1.0;
    let pen = Stroke::new(stroke::GLYPH, p.ink2);
    let quarter = std::f32::consts::FRAC_PI_2;
    match status {
        "backlog" => {
            for step in 0..8 {
                let from = step as f32 * quarter / 2.0;
                painter.add(Shape::line(arc(centre, radius, from, from + quarter / 4.0), pen));
            }
        }
        "doing" | "review" => {
            painter.circle_stroke(centre, radius, pen);
            sector(painter, centre, radius - 2.5, -quarter, quarter, p.ink2);
            if status == "review" {
                // The sectors overlap a little, so that no seam shows.
                sector(painter, centre, radius - 2.5, quarter - 0.3, 2.0 * quarter, p.ink2);
            }
        }
        "done" => {
            painter.circle_filled(centre, radius + 0.5, p.done);
            tick(painter, rect, p.page);
        }
        "cancelled" => {
            painter.circle_stroke(centre, radius, pen);
            let d = radius * 0.42;
            painter.line_segment([centre - vec2(d, d), centre + vec2(d, d)], pen);
            painter.line_segment([centre + vec2(-d, d), centre + vec2(d, -d)], pen);
        }
        _ => {
            painter.circle_stroke(centre, radius, pen);
        }
    }
}

/// A tick filling most of `rect`.
pub fn tick(painter: &Painter, rect: Rect, color: Color32) {
    let unit = rect.width() / 16.0;
    let at = |x: f32, y: f32| rect.min + vec2(x, y) * unit;
    let points = vec![at(4.6, 8.4), at(7.0, 10.8), at(11.6, 5.6)];
    painter.add(Shape::line(points, Stroke::new(1.7, color)));
}

/// Bars of a task's priority, the urgent square, or nothing.
pub fn priority(painter: &Painter, rect: Rect, priority: &str, p: &Palette) {
    let filled = match priority {
        "low" => 1,
        "medium" => 2,
        "high" => 3,
        "urgent" => {
            let square = Rect::from_center_size(rect.center(), vec2(14.0, 14.0));
            painter.rect_filled(square, 3.0, p.ink);
            let x = square.center().x;
            painter.line_segment(
                [pos2(x, square.top() + 3.4), pos2(x, square.top() + 8.0)],
                Stroke::new(1.8, p.page),
            );
            painter.circle_filled(pos2(x, square.top() + 10.4), 1.1, p.page);
            return;
        }
        _ => return,
    };
    for bar in 0..3 {
        let height = 4.0 + 3.0 * bar as f32;
        let left = rect.center().x - 6.5 + 4.5 * bar as f32;
        let bottom = rect.center().y + 5.5;
        let color = if bar < filled { p.ink2 } else { p.night };
        painter.rect_filled(
            Rect::from_min_max(pos2(left, bottom - height), pos2(left + 3.2, bottom)),
            1.0,
            color,
        );
    }
}

/// Units of the square in which the bird is drawn.
pub const BIRD_UNITS: f32 = 24.0;
/// Parts of the bird, and whether each is the vivid bill.
pub const BIRD: &[(&[(f32, f32)], bool)] = &[
    (&[(23.0, 1.6), (18.8, 10.6), (14.6, 15.4), (10.4, 15.2)], false),
    (&[(23.0, 1.6), (10.4, 15.2), (11.4, 9.8), (15.4, 5.4)], false),
    (&[(1.6, 5.0), (6.8, 6.2), (12.6, 12.0), (11.2, 15.4)], false),
    (&[(11.2, 15.4), (5.0, 10.6), (1.6, 5.0)], false),
    (&[(10.4, 12.6), (15.2, 14.8), (12.6, 18.0), (8.0, 19.6), (6.4, 17.8), (7.6, 15.6)], false),
    (&[(6.5, 17.4), (8.4, 19.6), (2.6, 22.8)], true),
];

/// The bird: ink with the vivid bill.
pub fn bird(painter: &Painter, rect: Rect, ink: Color32, bill: Color32) {
    let unit = rect.width() / BIRD_UNITS;
    for (points, is_bill) in BIRD {
        let points = points.iter().map(|(x, y)| rect.min + vec2(*x, *y) * unit).collect();
        let color = if *is_bill { bill } else { ink };
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    }
}
