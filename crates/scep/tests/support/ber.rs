//! Rewrites DER as the BER that Apple devices and Bouncy Castle send.

/// `der` with every constructed value in indefinite length and every OCTET STRING in segments; lengths of other values are
/// longer than they need be.
pub(crate) fn indefinite(der: &[u8]) -> Vec<u8> {
    let mut rest = der;
    let mut ber = Vec::new();
    while let Some((tag, content, after)) = split(rest) {
        rest = after;
        match tag {
            0x04 => {
                ber.extend([0x24, 0x80]);
                for segment in content.chunks(100) {
                    ber.extend([0x04, u8::try_from(segment.len()).unwrap()]);
                    ber.extend(segment);
                }
                ber.extend([0, 0]);
            }
            constructed if constructed & 0x20 != 0 => {
                ber.extend([constructed, 0x80]);
                ber.extend(indefinite(content));
                ber.extend([0, 0]);
            }
            primitive => {
                ber.extend([primitive, 0x82]);
                ber.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
                ber.extend(content);
            }
        }
    }
    ber
}

/// The first value of some DER: tag, content, and what follows.
pub(crate) fn split(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first().unwrap();
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        long => {
            let (octets, rest) = rest.split_at(usize::from(long & 0x7f));
            (octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), rest)
        }
    };
    let (content, after) = rest.split_at(length);
    Some((tag, content, after))
}
