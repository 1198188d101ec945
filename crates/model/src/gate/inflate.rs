//! Raw deflate with a bound: unpacking stops one byte past the limit.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::GateError;

const STEP_BYTES: usize = 8 * 1024;

/// Unpacks raw deflate data of at most `limit` bytes; the stream must end exactly where the input ends.
///
/// # Errors
/// [`GateError::InflateLimit`] past the limit, [`GateError::Inflate`] for damaged, cut or overlong input.
pub fn inflate_bounded(bytes: &[u8], limit: usize) -> Result<Vec<u8>, GateError> {
    let mut inflater = Decompress::new(false);
    let mut out = Vec::new();
    let mut step = [0u8; STEP_BYTES];
    let mut rest = bytes;
    loop {
        let room = limit.saturating_add(1).saturating_sub(out.len()).min(STEP_BYTES);
        let (read, written) = (inflater.total_in(), inflater.total_out());
        let status = inflater
            .decompress(rest, &mut step[..room], FlushDecompress::None)
            .map_err(|_| GateError::Inflate)?;
        let read = (inflater.total_in() - read) as usize;
        let written = (inflater.total_out() - written) as usize;
        rest = rest.get(read..).unwrap_or_default();
        out.extend_from_slice(&step[..written]);
        if out.len() > limit {
            return Err(GateError::InflateLimit(limit));
        }
        match status {
            Status::StreamEnd if rest.is_empty() => return Ok(out),
            Status::StreamEnd => return Err(GateError::Inflate),
            _ if read == 0 && written == 0 => return Err(GateError::Inflate),
            _ => {}
        }
    }
}

/// Packs `bytes` as raw deflate data.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to a Vec cannot fail; an empty stream would be refused by the reader.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}
