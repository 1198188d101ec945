//! Images of the open page: fetched through the engine, decoded on a worker, kept as textures while they are of use.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use egui::{ColorImage, TextureHandle, TextureOptions};
use tern_peer::{Query, View};

use crate::gui::backend::{Backend, Wake, Watched};

/// Runs a job away from the window's thread.
pub type Spawn = Arc<dyn Fn(Box<dyn FnOnce() + Send>) + Send + Sync>;

/// Address of attachments.
pub const BLOB: &str = "tern-blob:";
/// Most images kept.
const KEPT_MAX: usize = 64;
/// Longest side of a decoded image; larger ones are scaled down.
const SIDE_MAX: u32 = 1600;
/// Most bytes that decoding one image may take.
const DECODE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Where an image stands on its way to the screen.
pub enum Picture {
    /// Asked of the engine.
    Asked(Box<dyn Watched>),
    /// Being decoded.
    Decoding,
    /// Ready.
    Ready(TextureHandle),
    /// Cannot be shown, for this reason.
    Missing(String),
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Picture::Asked(_) => "Asked",
            Picture::Decoding => "Decoding",
            Picture::Ready(_) => "Ready",
            Picture::Missing(_) => "Missing",
        })
    }
}

type Decoded = (String, Result<ColorImage, String>);

/// The images of the open page.
pub struct Pictures {
    known: BTreeMap<String, Picture>,
    wanted: Vec<String>,
    decoded: (SyncSender<Decoded>, Receiver<Decoded>),
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").field("known", &self.known).finish_non_exhaustive()
    }
}

impl Default for Pictures {
    fn default() -> Self {
        Pictures { known: BTreeMap::new(), wanted: Vec::new(), decoded: sync_channel(KEPT_MAX) }
    }
}

impl Pictures {
    /// The image at an address; asks for it when it is not known yet.
    pub fn get(&mut self, src: &str) -> Option<&Picture> {
        if !self.known.contains_key(src) && !self.wanted.iter().any(|wanted| wanted == src) {
            self.wanted.push(src.to_owned());
        }
        self.known.get(src)
    }

    /// Moves every image one step on.
    pub fn work(&mut self, ctx: &egui::Context, backend: &dyn Backend, wake: &Wake, spawn: &Spawn) {
        for src in std::mem::take(&mut self.wanted) {
            if self.known.len() >= KEPT_MAX {
                self.known.clear();
            }
            let picture = match src.strip_prefix(BLOB) {
                Some(hash) => Picture::Asked(
                    backend.watch(Query::AttachmentBytes { hash: hash.to_owned() }, wake.clone()),
                ),
                None if src.contains("://") => {
                    Picture::Missing("on the web; Tern loads nothing from there".to_owned())
                }
                None => Picture::Missing("not in this workspace".to_owned()),
            };
            self.known.insert(src, picture);
        }
        self.decode_arrived(wake, spawn);
        while let Ok((src, result)) = self.decoded.1.try_recv() {
            let picture = match result {
                Ok(image) => Picture::Ready(ctx.load_texture(&src, image, TextureOptions::LINEAR)),
                Err(reason) => Picture::Missing(reason),
            };
            self.known.insert(src, picture);
        }
    }

    fn decode_arrived(&mut self, wake: &Wake, spawn: &Spawn) {
        for (src, picture) in &mut self.known {
            let Picture::Asked(watch) = picture else { continue };
            let Some(answer) = watch.take() else { continue };
            *picture = match answer.as_ref() {
                Ok(View::Bytes { bytes, .. }) => {
                    let (src, bytes) = (src.clone(), bytes.clone());
                    let (done, wake) = (self.decoded.0.clone(), wake.clone());
                    spawn(Box::new(move || {
                        let image = decode(&bytes);
                        if done.send((src, image)).is_ok() {
                            wake();
                        }
                    }));
                    Picture::Decoding
                }
                Ok(_) => Picture::Missing("not here yet".to_owned()),
                Err(error) => Picture::Missing(error.happened.clone()),
            };
        }
    }
}

/// Pixels of an image file, scaled down to what a page can show.
fn decode(bytes: &[u8]) -> Result<ColorImage, String> {
    let readable = |_| "this file is no picture that Tern can show".to_owned();
    let mut reader = image::ImageReader::new(std::io::Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| error.to_string())?;
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    reader.limits(limits);
    let mut picture = reader.decode().map_err(readable)?;
    if picture.width().max(picture.height()) > SIDE_MAX {
        picture = picture.resize(SIDE_MAX, SIDE_MAX, image::imageops::FilterType::Triangle);
    }
    let rgba = picture.to_rgba8();
    let size = [rgba.width() as usize, rgba.height() as usize];
    Ok(ColorImage::from_rgba_unmultiplied(size, rgba.as_raw()))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn what_is_no_picture_is_said_and_not_shown() {
        assert!(decode(b"not a picture").is_err());
        assert!(decode(&[]).is_err());
        let truncated = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13];
        assert!(decode(&truncated).is_err());
    }

    #[test]
    fn a_large_picture_is_scaled_down() {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let picture = image::DynamicImage::new_rgb8(3200, 20);
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("encoded");
        let shown = decode(bytes.get_ref()).expect("a picture");
        assert_eq!(shown.size, [1600, 10]);
    }
}
