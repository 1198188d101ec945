//! Writes change chunks byte by byte, right ones and wrong ones.

#![allow(dead_code, reason = "shared by two test binaries that each use a part")]

use sha2::{Digest, Sha256};

pub const ACTOR: [u8; 16] = [0xA1; 16];

/// The parts of a change chunk; [`Raw::simple`] is a right one.
#[derive(Clone)]
pub struct Raw {
    pub magic: [u8; 4],
    pub kind: u8,
    pub deps: Vec<Vec<u8>>,
    pub dep_count: Option<u64>,
    pub actor: Vec<u8>,
    pub seq: Vec<u8>,
    pub start_op: Vec<u8>,
    pub time: Vec<u8>,
    pub message: Vec<u8>,
    pub others: Vec<Vec<u8>>,
    pub other_count: Option<u64>,
    pub columns: Vec<(u64, Vec<u8>)>,
    pub extra: Vec<u8>,
    /// Added to the stated length of the last column.
    pub overstated: u64,
    /// Written after the checksum in place of the right length.
    pub length: Option<Vec<u8>>,
    pub flip_checksum: bool,
    pub after: Vec<u8>,
}

impl Raw {
    /// `ops` times `put` of null at key `k` of the root map.
    pub fn puts(ops: i64) -> Raw {
        let run = |value: &[u8]| [&signed(ops)[..], value].concat();
        Raw {
            magic: [0x85, 0x6f, 0x4a, 0x83],
            kind: 1,
            deps: Vec::new(),
            dep_count: None,
            actor: ACTOR.to_vec(),
            seq: unsigned(1),
            start_op: unsigned(1),
            time: signed(1_795_000_000_000),
            message: Vec::new(),
            others: Vec::new(),
            other_count: None,
            columns: vec![
                (21, run(&[1, b'k'])),
                (52, unsigned(ops.unsigned_abs())),
                (66, run(&[1])),
                (86, run(&[0])),
                (112, run(&[0])),
            ],
            extra: Vec::new(),
            overstated: 0,
            length: None,
            flip_checksum: false,
            after: Vec::new(),
        }
    }

    /// A change of three operations.
    pub fn simple() -> Raw {
        Raw::puts(3)
    }

    /// The same with one column written or replaced, order kept.
    pub fn column(mut self, spec: u64, data: &[u8]) -> Raw {
        self.columns.retain(|(s, _)| *s != spec);
        self.columns.push((spec, data.to_vec()));
        self.columns.sort();
        self
    }

    pub fn body(&self) -> Vec<u8> {
        let mut body = unsigned(self.dep_count.unwrap_or(self.deps.len() as u64));
        body.extend(self.deps.concat());
        body.extend(prefixed(&self.actor));
        body.extend([&self.seq[..], &self.start_op, &self.time].concat());
        body.extend(prefixed(&self.message));
        body.extend(unsigned(self.other_count.unwrap_or(self.others.len() as u64)));
        body.extend(self.others.iter().flat_map(|other| prefixed(other)));
        body.extend(unsigned(self.columns.len() as u64));
        for (at, (spec, data)) in self.columns.iter().enumerate() {
            let more = if at + 1 == self.columns.len() { self.overstated } else { 0 };
            body.extend([unsigned(*spec), unsigned(data.len() as u64 + more)].concat());
        }
        body.extend(self.columns.iter().flat_map(|(_, data)| data.clone()));
        body.extend(&self.extra);
        body
    }

    pub fn bytes(&self) -> Vec<u8> {
        let body = self.body();
        let length = self.length.clone().unwrap_or_else(|| unsigned(body.len() as u64));
        let hashed = [&[self.kind][..], &length, &body].concat();
        let mut checksum = Sha256::digest(&hashed)[..4].to_vec();
        checksum[0] ^= u8::from(self.flip_checksum);
        [&self.magic[..], &checksum, &hashed, &self.after].concat()
    }
}

/// Writes the right checksum over a chunk's content.
pub fn with_right_checksum(mut chunk: Vec<u8>) -> Vec<u8> {
    if chunk.len() > 8 {
        let hash = Sha256::digest(&chunk[8..]);
        chunk[4..8].copy_from_slice(&hash[..4]);
    }
    chunk
}

pub fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

pub fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&unsigned(bytes.len() as u64)[..], bytes].concat()
}
