//! Imports a folder and exports it again without a store: `roundtrip FROM TO`.
//!
//! Ids and hashes are made up from the paths; files are read and written here because the library reads none. Prints
//! what became of the files and whether a second round gives the same bytes.
#![allow(clippy::disallowed_methods, reason = "an example that touches files on purpose")]

use std::collections::BTreeMap;
use std::path::Path;

use tern_interop::export::{self, Content, ExportAttachment, ExportFile, ExportPage};
use tern_interop::import::{self, Outcome, SourceFile};
use tern_model::ids::DocId;

type Files = BTreeMap<String, Vec<u8>>;

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let [_, from, to] = args.as_slice() else {
        eprintln!("usage: roundtrip FROM TO");
        std::process::exit(2);
    };
    let mut files = Files::new();
    read(Path::new(from), "", &mut files)?;
    let once = round(&files, true);
    let twice = round(&once, false);
    println!("files {} → {}; second round equal: {}", files.len(), once.len(), once == twice);
    for (path, bytes) in &once {
        let path = Path::new(to).join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

fn read(folder: &Path, prefix: &str, files: &mut Files) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn round(files: &Files, show: bool) -> Files {
    let hashes: BTreeMap<&String, [u8; 32]> =
        files.keys().map(|path| (path, hash(path.as_bytes()))).collect();
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(path, bytes)| SourceFile { path, bytes, hash: hash(path.as_bytes()) }).collect();
    let plan = import::plan(&sources, &[]);
    if show {
        report(&plan);
    }
    let id = |path: &str| {
        let hash = hash(path.as_bytes());
        let mut id = [1; 16];
        id[1..].copy_from_slice(&hash[..15]);
        Some(DocId(id))
    };
    let pages: Vec<ExportPage> = import::resolve(&plan, &id, &|path| hashes.get(&path.to_owned()).copied())
        .into_iter()
        .map(|page| ExportPage {
            id: Some(page.id),
            title: page.title,
            parent: page.parent,
            source_path: Some(page.source_path),
            front_matter: page.front_matter,
            blocks: page.blocks,
        })
        .collect();
    let attachments: Vec<ExportAttachment> = plan
        .attachments
        .iter()
        .map(|a| ExportAttachment { hash: a.hash, source_path: Some(a.path.clone()), name: String::new() })
        .collect();
    export::plan(&pages, &attachments, &[], &Default::default())
        .into_iter()
        .map(|file| content(file, files, &hashes))
        .collect()
}

fn content(file: ExportFile, files: &Files, hashes: &BTreeMap<&String, [u8; 32]>) -> (String, Vec<u8>) {
    let bytes = match file.content {
        Content::Bytes(bytes) => bytes,
        Content::Blob(hash) => {
            let path = hashes.iter().find(|(_, known)| **known == hash).map(|(path, _)| *path);
            path.and_then(|path| files.get(path)).cloned().unwrap_or_default()
        }
    };
    (file.path, bytes)
}

fn report(plan: &import::Plan) {
    let count = |wanted: fn(&Outcome) -> bool| plan.report.values().filter(|o| wanted(o)).count();
    let created = count(|o| matches!(o, Outcome::Created));
    println!("pages {} attachments {} created {created}", plan.pages.len(), plan.attachments.len());
    for (path, outcome) in &plan.report {
        if let Outcome::Kept(reason) | Outcome::Refused(reason) = outcome {
            println!("  {path}: {reason}");
        }
    }
}

/// 32 bytes that differ for different input; no cryptography is needed here.
fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for (at, slot) in out.iter_mut().enumerate() {
        for byte in bytes.iter().chain(&[at as u8]) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
        *slot = (state >> 32) as u8;
    }
    out
}
