//! Pictures out of the clipboard: written as a file beside the workspace's own, attached, and taken away again.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::ColorImage;
use tern_peer::{Command, ErrorKind, PeerError};

use super::{Event, Open};
use crate::gui::command::Then;

/// Most pixels of a picture that is taken.
const PIXELS_MAX: usize = 64 << 20;
/// Most pictures that wait under names of one second.
const NAMES_MAX: usize = 100;

impl Open {
    /// Makes a file of a picture, away from the window's thread.
    pub(super) fn paste_image(&self, image: Arc<ColorImage>) {
        let Some(doc) = self.open_page().map(str::to_owned).filter(|_| !self.pane.page.read_only) else {
            return;
        };
        let folder = self
            .out
            .prefs_file
            .as_deref()
            .and_then(Path::parent)
            .map_or_else(|| std::env::temp_dir().join("tern-pasted"), |home| home.join("pasted"));
        let stem = self.clock.now().strftime("Picture %Y-%m-%d %H.%M.%S").to_string();
        let (report, wake, pane) = (self.events.0.clone(), self.out.wake.clone(), self.pane.id);
        (self.out.spawn)(Box::new(move || {
            let written = write(&image, &folder, &stem);
            if report.send(Event::PastedImage(pane, doc, written)).is_ok() {
                wake();
            }
        }));
    }

    /// The file is there: it is attached and then needed no longer.
    pub(super) fn pasted_image(&mut self, doc: String, written: Result<PathBuf, PeerError>) {
        let path = match written {
            Ok(path) => path,
            Err(error) => {
                self.fault = Some(error);
                return;
            }
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let page = doc.clone();
        let (report, wake, file) = (self.events.0.clone(), self.out.wake.clone(), path.clone());
        let pane = self.pane.id;
        let done = Box::new(move |outcome| {
            // What cannot be removed does no harm beyond its room on the disk.
            if let Err(error) = std::fs::remove_file(&file) {
                tracing::warn!(%error, "the file of a pasted picture stays");
            }
            if report.send(Event::Done(pane, Then::PlaceAttached { page, name }, outcome)).is_ok() {
                wake();
            }
        });
        self.backend.send(Command::Attach { doc, path }, done);
    }
}

fn refused(why: impl std::fmt::Display) -> PeerError {
    PeerError::new(ErrorKind::Failed, format!("The picture was not attached: {why}."))
        .safe("The page is as it was; the picture is still on the clipboard.")
        .next("Save it as a file and drop that on the page.")
}

/// Writes a picture under a name that nothing has yet.
fn write(image: &ColorImage, folder: &Path, stem: &str) -> Result<PathBuf, PeerError> {
    let [width, height] = image.size;
    if width.saturating_mul(height) > PIXELS_MAX || image.pixels.is_empty() {
        return Err(refused("it has no pixels, or more than 64 million"));
    }
    let bytes: Vec<u8> = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let (Ok(wide), Ok(high)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(refused("it is too wide or too high"));
    };
    let picture = image::RgbaImage::from_raw(wide, high, bytes)
        .ok_or_else(|| refused("its pixels are not complete"))?;
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, image::ImageFormat::Png).map_err(refused)?;
    std::fs::create_dir_all(folder).map_err(refused)?;
    for number in 1..=NAMES_MAX {
        let name = if number == 1 { format!("{stem}.png") } else { format!("{stem} {number}.png") };
        let path = folder.join(name);
        match std::fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                return std::io::Write::write_all(&mut file, png.get_ref()).map(|()| path).map_err(refused);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(refused("too many pictures wait"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_pictures_of_one_second_are_two_files_that_hold_their_pixels() {
        let folder = tempfile::tempdir().expect("a folder");
        let image = ColorImage::filled([3, 2], egui::Color32::from_rgb(10, 20, 30));
        let first = write(&image, folder.path(), "Picture").expect("written");
        let second = write(&image, folder.path(), "Picture").expect("written");
        assert_ne!(first, second);
        let read = image::open(&second).expect("a picture").to_rgba8();
        assert_eq!((read.dimensions(), read.get_pixel(2, 1).0), ((3, 2), [10, 20, 30, 255]));
        let empty = ColorImage::filled([0, 0], egui::Color32::BLACK);
        assert!(write(&empty, folder.path(), "Picture").is_err());
    }
}
