//! The sample workspace: the handbook of a small ferry company, as a folder of Markdown with one picture.

use std::fs;
use std::path::Path;

use tern_peer::PeerError;

use crate::failure;

/// Title of the workspace.
pub(super) const WORKSPACE: &str = "Lighthouse Ferries";
/// The page whose paragraph both edit.
pub(super) const SHARED_PAGE: &str = "How we work";
/// The paragraph as it is shipped.
pub(super) const PARAGRAPH: &str =
    "Every piece of work ends with a written hand-off, so that the next person can begin without a meeting.";
/// Two pages that both move under each other.
pub(super) const RELEASES: &str = "Releases";
/// See [`RELEASES`].
pub(super) const INCIDENTS: &str = "Incidents";

const PAGES: [(&str, &str); 8] = [
    ("Welcome aboard.md", include_str!("sample/welcome-aboard.md")),
    ("How we work.md", include_str!("sample/how-we-work.md")),
    ("Who is where.md", include_str!("sample/who-is-where.md")),
    ("Releases.md", include_str!("sample/releases.md")),
    ("Incidents.md", include_str!("sample/incidents.md")),
    ("First week.md", include_str!("sample/first-week.md")),
    ("Decisions/Written first.md", include_str!("sample/written-first.md")),
    ("Decisions/One node in Reykjavik.md", include_str!("sample/one-node.md")),
];

/// Number of pages that have text of their own.
pub(super) const PAGE_COUNT: usize = PAGES.len();

const IMAGE: &str = "images/evening-boat.png";
const IMAGE_WIDTH: u32 = 96;
const IMAGE_HEIGHT: u32 = 60;

/// Writes the folder.
pub(super) fn write(dir: &Path) -> Result<(), PeerError> {
    for (name, text) in PAGES {
        write_file(&dir.join(name), text.as_bytes())?;
    }
    write_file(&dir.join(IMAGE), &png(IMAGE_WIDTH, IMAGE_HEIGHT, evening_boat))
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), PeerError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| failure::unwritable(folder, &e))?;
    }
    fs::write(path, bytes).map_err(|e| failure::unwritable(path, &e))
}

/// Colour of a point: an orange sky over a dark sea, with a boat on it.
fn evening_boat(x: u32, y: u32) -> [u8; 3] {
    let (horizon, middle) = (IMAGE_HEIGHT * 3 / 5, IMAGE_WIDTH / 2);
    let hull = y >= horizon - 4 && y < horizon + 2 && x.abs_diff(middle) < 18 - (y + 4 - horizon) * 2;
    let cabin = y >= horizon - 10 && y < horizon - 4 && x.abs_diff(middle) < 8;
    if hull {
        [32, 36, 48]
    } else if cabin {
        [240, 236, 220]
    } else if y < horizon {
        [250 - y as u8, 150 + y as u8 / 2, 90 + y as u8]
    } else {
        [20, 60 + (x + y) as u8 % 7 * 3, 90]
    }
}

/// An uncompressed RGB picture in PNG (RFC 2083).
fn png(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        for x in 0..width {
            rows.extend(colour(x, y));
        }
    }
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    head.extend([8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", stored_zlib(&rows)), (b"IEND", Vec::new())] {
        let mut chunk = kind.to_vec();
        chunk.extend(&data);
        out.extend((data.len() as u32).to_be_bytes());
        out.extend(&chunk);
        out.extend(crc32(&chunk).to_be_bytes());
    }
    out
}

/// A zlib stream (RFC 1950) of stored blocks.
fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let last = data.chunks(0xFFFF).count().saturating_sub(1);
    for (i, block) in data.chunks(0xFFFF).enumerate() {
        let length = block.len() as u16;
        out.push(u8::from(i == last));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (mut a, mut b) = (1u32, 0u32);
    for &byte in data {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend((b << 16 | a).to_be_bytes());
    out
}

fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert!(stored_zlib(b"Wikipedia").ends_with(&0x11E6_0398u32.to_be_bytes()));
    }

    #[test]
    fn the_folder_holds_the_paragraph_that_the_tour_edits() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path()).unwrap();
        let text = fs::read_to_string(dir.path().join("How we work.md")).unwrap();
        assert!(text.contains(PARAGRAPH));
        assert!(fs::read(dir.path().join(IMAGE)).unwrap().starts_with(b"\x89PNG"));
    }
}
