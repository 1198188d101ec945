//! The contrast table, computed from the tokens.

use super::*;

fn luminance(color: Color32) -> f64 {
    let channel = |value: u8| {
        let share = f64::from(value) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

type Pair = (&'static str, fn(&Palette) -> (Color32, Color32));

const PAIRS: &[Pair] = &[
    ("ink on page", |p| (p.ink, p.page)),
    ("ink2 on chrome", |p| (p.ink2, p.chrome)),
    ("ink3 on chrome", |p| (p.ink3, p.chrome)),
    ("ink3 on raised", |p| (p.ink3, p.raised)),
    ("ink3 on here_tint", |p| (p.ink3, p.here_tint)),
    ("here on page", |p| (p.here, p.page)),
    ("here on here_tint", |p| (p.here, p.here_tint)),
    ("on_here on here", |p| (p.on_here, p.here)),
    ("here on day", |p| (p.here, p.day)),
    ("day_ink on day", |p| (p.day_ink, p.day)),
    ("night_ink on night_fill", |p| (p.night_ink, p.night_fill)),
    ("add on add_tint", |p| (p.add, p.add_tint)),
    ("cut on cut_tint", |p| (p.cut, p.cut_tint)),
    ("wait on wait_tint", |p| (p.wait, p.wait_tint)),
    ("edge on chrome", |p| (p.edge, p.chrome)),
    ("day on page", |p| (p.day, p.page)),
];

#[test]
fn contrast_of_every_pair_is_as_designed() {
    let table: String = PAIRS
        .iter()
        .map(|(name, pair)| {
            let figures: Vec<String> = [LIGHT, DARK, HC_LIGHT, HC_DARK]
                .iter()
                .map(|palette| {
                    let (front, back) = pair(palette);
                    format!("{:.2}", contrast(front, back))
                })
                .collect();
            format!("{name} | {}\n", figures.join(" | "))
        })
        .collect();
    let designed = "\
ink on page | 17.84 | 14.74 | 21.00 | 21.00\n\
ink2 on chrome | 7.15 | 8.67 | 15.47 | 16.72\n\
ink3 on chrome | 5.26 | 5.98 | 11.34 | 13.61\n\
ink3 on raised | 5.74 | 5.13 | 11.34 | 12.61\n\
ink3 on here_tint | 4.91 | 4.96 | 9.43 | 8.77\n\
here on page | 5.44 | 7.59 | 7.78 | 11.34\n\
here on here_tint | 4.65 | 6.66 | 6.47 | 7.31\n\
on_here on here | 5.44 | 8.22 | 7.78 | 11.34\n\
here on day | 4.11 | 3.53 | 5.76 | 3.89\n\
day_ink on day | 7.14 | 6.44 | 12.06 | 7.20\n\
night_ink on night_fill | 10.19 | 7.57 | 17.84 | 7.59\n\
add on add_tint | 5.60 | 7.78 | 8.50 | 9.31\n\
cut on cut_tint | 6.16 | 7.24 | 8.81 | 8.79\n\
wait on wait_tint | 6.16 | 8.35 | 9.52 | 9.76\n\
edge on chrome | 3.33 | 4.33 | 21.00 | 21.00\n\
day on page | 1.32 | 2.15 | 1.35 | 2.92\n\
";
    assert_eq!(table, designed);
}

#[test]
fn text_is_readable_on_everything_it_stands_on() {
    for palette in [LIGHT, DARK, HC_LIGHT, HC_DARK] {
        for (name, pair) in
            PAIRS.iter().filter(|(name, _)| !name.starts_with("edge") && !name.contains("day"))
        {
            let (front, back) = pair(&palette);
            assert!(contrast(front, back) >= 4.5, "{name}");
        }
    }
}
