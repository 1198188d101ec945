//! Four words that two screens show for one meeting: people compare them and know that nobody stands between.

use bip39::Language;

use crate::derive::{Context, Id, Id16, derive_parts};
use crate::device::DevicePublic;

/// Words to compare.
pub const WORDS: usize = 4;

/// The words of a device link: `D(link, workspace + member + old device + new device's keys + secret of the ticket)`.
pub fn link_words(
    workspace: &Id,
    member: &Id16,
    old: &Id,
    new: &DevicePublic,
    secret: &Id,
) -> [&'static str; WORDS] {
    let mut keys = Vec::new();
    new.put(&mut keys);
    words(&derive_parts(Context::Link, &[workspace, member, old, &keys, secret]))
}

/// The words of a Join: `D(invite, 2 + id of the Join record)`. The one who joined reads them on his screen, everybody
/// else beside his entry.
pub fn join_words(join: &Id) -> [&'static str; WORDS] {
    words(&derive_parts(Context::Invite, &[&[2], join]))
}

/// The first 44 bits, most significant first, eleven for each word of the BIP-39 English list.
fn words(of: &Id) -> [&'static str; WORDS] {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&of[..8]);
    let bits = u64::from_be_bytes(bytes);
    let list = Language::English.word_list();
    [53, 42, 31, 20].map(|shift| list[(bits >> shift & 0x7FF) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKeys;

    #[test]
    fn both_sides_read_the_same_words_and_every_part_counts() {
        let (old, new) = (DeviceKeys::from_seed(&[1; 32]), DeviceKeys::from_seed(&[2; 32]));
        let shown = link_words(&[3; 32], &[4; 16], &old.id(), &new.public(), &[5; 32]);
        assert_eq!(shown, link_words(&[3; 32], &[4; 16], &old.id(), &new.public(), &[5; 32]));
        let others = [
            link_words(&[9; 32], &[4; 16], &old.id(), &new.public(), &[5; 32]),
            link_words(&[3; 32], &[9; 16], &old.id(), &new.public(), &[5; 32]),
            link_words(&[3; 32], &[4; 16], &new.id(), &new.public(), &[5; 32]),
            link_words(&[3; 32], &[4; 16], &old.id(), &old.public(), &[5; 32]),
            link_words(&[3; 32], &[4; 16], &old.id(), &new.public(), &[9; 32]),
        ];
        assert!(others.iter().all(|words| *words != shown));
        assert_ne!(join_words(&[1; 32]), join_words(&[2; 32]));
    }

    #[test]
    fn the_bits_are_taken_from_the_front() {
        let list = Language::English.word_list();
        let mut id = [0; 32];
        let bits: u64 = 1 << 53 | 2 << 42 | 3 << 31 | 0x404 << 20;
        id[..8].copy_from_slice(&bits.to_be_bytes());
        assert_eq!(words(&id), [list[1], list[2], list[3], list[0x404]]);
    }
}
