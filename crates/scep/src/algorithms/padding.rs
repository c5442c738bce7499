//! PKCS #7 padding (RFC 5652 §6.3), put on and taken off without showing whether it was right.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

/// A plaintext, filled up to whole blocks of `block_length` bytes.
pub(super) fn padded(plaintext: &[u8], block_length: usize) -> Vec<u8> {
    let padding = block_length - plaintext.len() % block_length;
    let mut blocks = plaintext.to_vec();
    blocks.resize(plaintext.len() + padding, u8::try_from(padding).unwrap_or_default());
    blocks
}

/// Decrypted blocks. Whether their padding is right is known, and must not show: content is read in either case.
pub(crate) struct Unpadded {
    blocks: Zeroizing<Vec<u8>>,
    content: usize,
    padding_is_right: Choice,
}

impl Unpadded {
    pub(super) fn of(blocks: Zeroizing<Vec<u8>>, block_length: usize) -> Self {
        let last = blocks.last().copied().unwrap_or_default();
        let block = u8::try_from(block_length).unwrap_or(u8::MAX);
        let mut right = !last.ct_eq(&0) & last.ct_lt(&block.saturating_add(1));
        for (position, octet) in (1..).zip(blocks.iter().rev().take(block_length)) {
            let position: u8 = position;
            let is_padding = position.ct_lt(&last.saturating_add(1));
            right &= !is_padding | octet.ct_eq(&last);
        }
        let padding = u8::conditional_select(&0, &last, right);
        let content = blocks.len().saturating_sub(usize::from(padding));
        Self { blocks, content, padding_is_right: right }
    }

    /// What `read` makes of the content, or of all blocks where the padding is wrong; then only it counts that both
    /// went well.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let outcome = read(self.blocks.get(..self.content).unwrap_or_default());
        outcome.filter(|_| bool::from(self.padding_is_right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpadded(blocks: &[u8]) -> Option<Vec<u8>> {
        Unpadded::of(Zeroizing::new(blocks.to_vec()), 16).read(|content| Some(content.to_vec()))
    }

    #[test]
    fn every_right_padding_is_taken_off() {
        for padding in 1..=16_u8 {
            let content = vec![0xc0; 32 - usize::from(padding)];
            let blocks = [content.clone(), vec![padding; usize::from(padding)]].concat();
            assert_eq!(unpadded(&blocks), Some(content), "{padding}");
        }
    }

    #[test]
    fn every_wrong_padding_is_refused() {
        assert_eq!(unpadded(&[]), None);
        assert_eq!(unpadded(&[0; 16]), None);
        assert_eq!(unpadded(&[17; 32]), None);
        assert_eq!(unpadded(&[255; 32]), None);
        let mut almost = [5; 16];
        almost[11] = 4;
        assert_eq!(unpadded(&almost), None);
    }

    #[test]
    fn what_was_padded_is_unpadded() {
        for length in 0..=33 {
            let content = vec![0xc0; length];
            assert_eq!(unpadded(&padded(&content, 16)), Some(content), "{length}");
        }
    }
}
