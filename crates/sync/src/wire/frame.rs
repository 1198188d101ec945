//! u32-length frames over a byte stream. Holds at most one incomplete frame.

use super::WireError;

/// Prefixes `payload` with its length.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 + payload.len());
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(payload);
    out
}

/// Cuts a byte stream into frames of at most `max` bytes.
#[derive(Debug)]
pub struct FrameDecoder {
    max: usize,
    head: Vec<u8>,
    body: Vec<u8>,
    need: Option<usize>,
}

impl FrameDecoder {
    /// A decoder that refuses frames over `max` bytes before it buffers them.
    pub fn new(max: usize) -> FrameDecoder {
        FrameDecoder { max, head: Vec::with_capacity(4), body: Vec::new(), need: None }
    }

    /// Takes bytes off the front of `input` until one frame is complete or nothing is left.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Vec<u8>>, WireError> {
        loop {
            match self.need {
                None => {
                    take(input, &mut self.head, 4);
                    let Ok(len) = <[u8; 4]>::try_from(self.head.as_slice()) else { return Ok(None) };
                    let len = u32::from_le_bytes(len) as usize;
                    if len == 0 || len > self.max {
                        return Err(WireError("frame length out of bounds"));
                    }
                    self.head.clear();
                    self.need = Some(len);
                }
                Some(len) => {
                    take(input, &mut self.body, len);
                    if self.body.len() < len {
                        return Ok(None);
                    }
                    self.need = None;
                    return Ok(Some(std::mem::take(&mut self.body)));
                }
            }
        }
    }

    /// True when no frame is half read.
    pub fn is_between_frames(&self) -> bool {
        self.need.is_none() && self.head.is_empty()
    }
}

fn take(input: &mut &[u8], into: &mut Vec<u8>, up_to: usize) {
    let missing = up_to.saturating_sub(into.len()).min(input.len());
    let (now, rest) = input.split_at(missing);
    into.extend_from_slice(now);
    *input = rest;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_survive_any_cut() {
        let mut stream = frame(b"one");
        stream.extend(frame(b"two two"));
        for step in 1..stream.len() {
            let mut decoder = FrameDecoder::new(16);
            let mut seen = Vec::new();
            for mut piece in stream.chunks(step) {
                while let Some(payload) = decoder.next(&mut piece).expect("within bounds") {
                    seen.push(payload);
                }
            }
            assert_eq!(seen, [b"one".to_vec(), b"two two".to_vec()]);
            assert!(decoder.is_between_frames());
        }
    }

    #[test]
    fn a_length_out_of_bounds_is_refused_before_anything_is_buffered() {
        for len in [0u32, 17, u32::MAX] {
            let bytes = len.to_le_bytes();
            assert!(FrameDecoder::new(16).next(&mut &bytes[..]).is_err());
        }
    }
}
