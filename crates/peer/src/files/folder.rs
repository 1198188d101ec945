//! Reading folders and writing files, with bounds.

use std::fs;
use std::path::{Path, PathBuf};

use crate::api::{ErrorKind, PeerError};
use crate::home::file_error;

/// Most files of one import.
pub const MAX_FILES: usize = 200_000;
/// Deepest folder.
pub const MAX_DEPTH: usize = 64;

/// All files below a folder (or the one file), as paths with `/` relative to it, sorted. Version-control folders and
/// symbolic links are left out.
pub fn list(root: &Path) -> Result<Vec<(String, PathBuf)>, PeerError> {
    let bad = |e: std::io::Error| {
        let mut error = file_error(root, &e);
        error.kind = ErrorKind::BadInput;
        error
    };
    let meta = fs::metadata(root).map_err(bad)?;
    if meta.is_file() {
        let name = root.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return Ok(vec![(name, root.to_owned())]);
    }
    let mut files = Vec::new();
    let mut folders = vec![(String::new(), root.to_owned(), 0usize)];
    while let Some((prefix, folder, depth)) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| file_error(&folder, &e))? {
            let entry = entry.map_err(|e| file_error(&folder, &e))?;
            let kind = entry.file_type().map_err(|e| file_error(&entry.path(), &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
            if kind.is_dir() && name != ".git" && depth < MAX_DEPTH {
                folders.push((path, entry.path(), depth + 1));
            } else if kind.is_file() {
                files.push((path, entry.path()));
            }
            if files.len() > MAX_FILES {
                return Err(PeerError::new(
                    ErrorKind::BadInput,
                    format!("There are more than {MAX_FILES} files below {}.", root.display()),
                ));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a file below `root`, making folders; whole or not at all.
pub fn write(root: &Path, path: &str, bytes: &[u8]) -> Result<(), PeerError> {
    let target = root.join(path);
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).map_err(|e| file_error(folder, &e))?;
    }
    let mut part = target.clone().into_os_string();
    part.push(".part");
    let part = PathBuf::from(part);
    fs::write(&part, bytes).map_err(|e| file_error(&part, &e))?;
    fs::rename(&part, &target).map_err(|e| file_error(&target, &e))
}
