//! From what RSA gives to a content-encryption key, without a branch on anything secret (RFC 3218 §2.3.2, TH-13).

use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

use crate::key::rejection::assign;

/// The result of raw RSA as a block as long as the modulus: some tokens leave out leading zeros.
pub(super) fn left_padded(opened: &[u8], modulus: usize) -> Zeroizing<Vec<u8>> {
    let mut block = Zeroizing::new(vec![0; modulus]);
    for (byte, opened) in block.iter_mut().rev().zip(opened.iter().rev()) {
        *byte = *opened;
    }
    block
}

/// Replaces `key` by the message of an EME-PKCS1-v1_5 block (RFC 8017 §7.2.2) whose message is as long as `key`; leaves
/// it as it is where the block is anything else. Only the two lengths, which are public, have influence on the time.
pub(super) fn choose(block: &[u8], key: &mut [u8]) {
    // 0x00 0x02, at least eight bytes that are not zero, 0x00.
    let Some(padding) = block.len().checked_sub(key.len()).filter(|padding| *padding >= 11) else { return };
    let (padding, message) = block.split_at(padding);
    let mut fits = Choice::from(1);
    for (position, byte) in padding.iter().enumerate() {
        fits &= match position {
            1 => byte.ct_eq(&2),
            first_or_last if first_or_last == 0 || first_or_last + 1 == padding.len() => byte.ct_eq(&0),
            _ => !byte.ct_eq(&0),
        };
    }
    assign(key, message, fits);
}

/// Replaces `key` by what was opened, where that is as long.
pub(super) fn choose_whole(opened: &[u8], key: &mut [u8]) {
    let fits = opened.len().ct_eq(&key.len());
    assign(key, opened, fits);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANDOM: [u8; 16] = [0xaa; 16];
    const KEY: [u8; 16] = [7; 16];

    fn block(start: [u8; 2], padding: u8, separator: u8) -> Vec<u8> {
        [&start[..], &[padding; 256 - 2 - 1 - 16], &[separator], &KEY].concat()
    }

    fn chosen(block: &[u8]) -> [u8; 16] {
        let mut key = RANDOM;
        choose(block, &mut key);
        key
    }

    #[test]
    fn a_block_with_the_right_padding_gives_its_message() {
        assert_eq!(chosen(&block([0, 2], 0xff, 0)), KEY);
        assert_eq!(chosen(&left_padded(&block([0, 2], 1, 0)[1..], 256)), KEY, "the token left out the zero");
    }

    #[test]
    fn a_wrong_start_a_zero_in_the_padding_another_length_and_a_missing_separator_keep_the_random_key() {
        let mut early_end = block([0, 2], 1, 0);
        early_end[100] = 0;
        let shorter = [&[0, 2][..], &[1; 256 - 3 - 15], &[0], &KEY[1..]].concat();
        for wrong in [
            block([1, 2], 1, 0),
            block([0, 1], 1, 0),
            block([0, 2], 1, 9),
            early_end,
            shorter,
            vec![0; 256],
            vec![0; 20],
            Vec::new(),
        ] {
            assert_eq!(chosen(&wrong), RANDOM, "{wrong:x?}");
        }
    }

    #[test]
    fn what_the_token_unpadded_must_have_the_length() {
        let mut key = RANDOM;
        choose_whole(&[], &mut key);
        choose_whole(&[7; 24], &mut key);
        assert_eq!(key, RANDOM);
        choose_whole(&KEY, &mut key);
        assert_eq!(key, KEY);
    }
}
