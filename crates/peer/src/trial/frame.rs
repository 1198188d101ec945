//! The one question to a trial process and its answers. Both ends are the same program at the same time, so this is no
//! format that is kept; a length is believed only up to its bound.

use std::io::{self, Read, Write};

/// Opens a question.
const MAGIC: &[u8; 8] = b"TERNTRY\x01";
/// Most bytes of chunks or of the file in a question.
const MAX_QUESTION_BYTES: usize = 64 << 20;
/// Most chunks in a question.
const MAX_CHUNKS: usize = 1 << 20;
/// Most bytes of an answer.
const MAX_ANSWER_BYTES: usize = 64 << 20;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Try changes.
    Changes,
    /// Read a foreign file.
    Foreign,
}

/// Start of a question: what the limits are made from before the rest is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What is asked.
    pub kind: Kind,
    /// Bytes beyond the empty process, until the ground stands.
    pub ground_memory_bytes: u64,
    /// Bytes beyond the highest use until the ground stands.
    pub step_memory_bytes: u64,
    /// Seconds of processor time, after which the system ends the process whoever still waits for it.
    pub processor_secs: u64,
}

/// What is tried, and on what; a foreign file is a single suspect.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Raw changes to stand on.
    pub ground: Vec<Vec<u8>>,
    /// Raw changes to be tried, or the file.
    pub suspects: Vec<Vec<u8>>,
}

/// A line of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The ground stands; the suspects are next.
    Stands,
    /// Done; for a foreign file with what it holds, as JSON.
    Done(Vec<u8>),
    /// The suspects fail, for this reason.
    Fails(String),
    /// The ground fails, for this reason.
    GroundFails(String),
    /// A foreign file is refused, with the error as JSON.
    Refused(Vec<u8>),
}

fn bad(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn length(len: usize, most: usize) -> io::Result<[u8; 4]> {
    let fits = u32::try_from(len).ok().filter(|_| len <= most);
    fits.map(u32::to_le_bytes).ok_or_else(|| bad("too large for a trial"))
}

/// Whether a question of these parts can be asked at all.
pub fn fits(ground: &[&[u8]], suspects: &[&[u8]]) -> bool {
    let all = || ground.iter().chain(suspects);
    all().count() <= MAX_CHUNKS && all().map(|c| c.len()).sum::<usize>() <= MAX_QUESTION_BYTES
}

/// Writes a question; refuses one that cannot be asked.
pub fn write_question(
    out: &mut impl Write,
    head: &Head,
    ground: &[&[u8]],
    suspects: &[&[u8]],
) -> io::Result<()> {
    out.write_all(MAGIC)?;
    out.write_all(&[match head.kind {
        Kind::Changes => 0,
        Kind::Foreign => 1,
    }])?;
    for number in [head.ground_memory_bytes, head.step_memory_bytes, head.processor_secs] {
        out.write_all(&number.to_le_bytes())?;
    }
    for chunks in [ground, suspects] {
        out.write_all(&length(chunks.len(), MAX_CHUNKS)?)?;
        for chunk in chunks {
            out.write_all(&length(chunk.len(), MAX_QUESTION_BYTES)?)?;
            out.write_all(chunk)?;
        }
    }
    out.flush()
}

/// Reads the start of a question.
pub fn read_head(from: &mut impl Read) -> io::Result<Head> {
    let mut start = [0; 9];
    from.read_exact(&mut start)?;
    let kind = match (&start[..8] == MAGIC, start[8]) {
        (true, 0) => Kind::Changes,
        (true, 1) => Kind::Foreign,
        _ => return Err(bad("not a question of this program")),
    };
    let mut number = || -> io::Result<u64> {
        let mut bytes = [0; 8];
        from.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    };
    Ok(Head { kind, ground_memory_bytes: number()?, step_memory_bytes: number()?, processor_secs: number()? })
}

/// Reads the rest of a question; believes no length beyond its bound.
pub fn read_body(from: &mut impl Read) -> io::Result<Body> {
    let mut room = MAX_QUESTION_BYTES;
    let mut chunks = || -> io::Result<Vec<Vec<u8>>> {
        let count = read_length(from, MAX_CHUNKS)?;
        let mut out = Vec::new();
        for _ in 0..count {
            let chunk = read_bytes(from, room)?;
            room -= chunk.len();
            out.push(chunk);
        }
        Ok(out)
    };
    Ok(Body { ground: chunks()?, suspects: chunks()? })
}

fn read_length(from: &mut impl Read, most: usize) -> io::Result<usize> {
    let mut bytes = [0; 4];
    from.read_exact(&mut bytes)?;
    let len = u32::from_le_bytes(bytes) as usize;
    if len > most { Err(bad("too large for a trial")) } else { Ok(len) }
}

fn read_bytes(from: &mut impl Read, most: usize) -> io::Result<Vec<u8>> {
    let len = read_length(from, most)?;
    let mut bytes = Vec::new();
    if from.take(len as u64).read_to_end(&mut bytes)? == len { Ok(bytes) } else { Err(bad("cut short")) }
}

/// Writes one line of the answer.
pub fn write_answer(out: &mut impl Write, answer: &Answer) -> io::Result<()> {
    let (tag, bytes): (u8, &[u8]) = match answer {
        Answer::Stands => (b'S', &[]),
        Answer::Done(bytes) => (b'D', bytes),
        Answer::Fails(text) => (b'F', text.as_bytes()),
        Answer::GroundFails(text) => (b'G', text.as_bytes()),
        Answer::Refused(bytes) => (b'R', bytes),
    };
    out.write_all(&[tag])?;
    out.write_all(&length(bytes.len(), MAX_ANSWER_BYTES)?)?;
    out.write_all(bytes)?;
    out.flush()
}

/// Reads one line of the answer; believes no length beyond its bound.
pub fn read_answer(from: &mut impl Read) -> io::Result<Answer> {
    let mut tag = [0];
    from.read_exact(&mut tag)?;
    let bytes = read_bytes(from, MAX_ANSWER_BYTES)?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(match tag[0] {
        b'S' => Answer::Stands,
        b'D' => Answer::Done(bytes),
        b'F' => Answer::Fails(text(bytes)),
        b'G' => Answer::GroundFails(text(bytes)),
        b'R' => Answer::Refused(bytes),
        _ => return Err(bad("not an answer of this program")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_are_read_as_they_were_written_and_a_cut_one_is_an_error() {
        let head =
            Head { kind: Kind::Changes, ground_memory_bytes: 5, step_memory_bytes: 6, processor_secs: 7 };
        let mut bytes = Vec::new();
        write_question(&mut bytes, &head, &[b"one", b""], &[b"three"]).unwrap();
        let mut from = bytes.as_slice();
        assert_eq!(read_head(&mut from).unwrap(), head);
        let body = read_body(&mut from).unwrap();
        assert_eq!((body.ground, body.suspects), (vec![b"one".to_vec(), vec![]], vec![b"three".to_vec()]));
        for cut in 0..bytes.len() {
            let mut from = &bytes[..cut];
            assert!(read_head(&mut from).and_then(|_| read_body(&mut from)).is_err(), "{cut}");
        }
        for answer in [
            Answer::Stands,
            Answer::Done(b"{}".to_vec()),
            Answer::Fails("why".into()),
            Answer::GroundFails("why".into()),
            Answer::Refused(b"{}".to_vec()),
        ] {
            let mut bytes = Vec::new();
            write_answer(&mut bytes, &answer).unwrap();
            assert_eq!(read_answer(&mut bytes.as_slice()).unwrap(), answer);
            assert!(read_answer(&mut &bytes[..bytes.len() - 1]).is_err());
        }
    }

    #[test]
    fn a_length_that_lies_costs_no_memory() {
        let lies = [&[b'D'][..], &u32::MAX.to_le_bytes()].concat();
        assert!(read_answer(&mut lies.as_slice()).is_err());
        let short = [&[b'D'][..], &(60u32 << 20).to_le_bytes(), b"few"].concat();
        assert!(read_answer(&mut short.as_slice()).is_err());
    }
}
