//! The public key of a request: its kind, its size and what makes it weak (TH-15).

use der::asn1::UintRef;
use der::{Decode, Sequence};
use spki::{SubjectPublicKeyInfoOwned, SubjectPublicKeyInfoRef};

use crate::name::Oid;

const RSA_ENCRYPTION: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const EC_PUBLIC_KEY: Oid = Oid::new_unwrap("1.2.840.10045.2.1");

/// The public key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// RSA with its modulus' size in bits and its public exponent (`None` above 64 bits).
    Rsa {
        /// Bits of the modulus.
        bits: u32,
        /// The public exponent.
        exponent: Option<u64>,
    },
    /// An elliptic curve key on the named curve.
    Ec {
        /// The curve.
        curve: Oid,
    },
    /// Anything else.
    Other(Oid),
}

/// `RSAPublicKey` (RFC 8017 appendix A.1.1).
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo. RSA parameters must be NULL (RFC 3279 §2.3.1): a certificate copies them.
    pub(super) fn read(spki: &SubjectPublicKeyInfoOwned) -> Result<Self, der::Error> {
        let parameters = spki.algorithm.parameters.as_ref();
        match spki.algorithm.oid {
            RSA_ENCRYPTION => {
                if !parameters.is_some_and(der::Any::is_null) {
                    return Err(der::Tag::Null.value_error().into());
                }
                let key = RsaPublicKey::from_der(spki.subject_public_key.as_bytes().unwrap_or_default())?;
                Ok(Self::Rsa {
                    bits: bits(key.modulus.as_bytes()),
                    exponent: small(key.public_exponent.as_bytes()),
                })
            }
            EC_PUBLIC_KEY => {
                let curve = parameters.ok_or(der::Tag::ObjectIdentifier.value_error())?.decode_as()?;
                Ok(Self::Ec { curve })
            }
            other => Ok(Self::Other(other)),
        }
    }
}

fn bits(number: &[u8]) -> u32 {
    let zeros = number.first().map_or(0, |first| first.leading_zeros());
    u32::try_from(number.len() * 8).unwrap_or(u32::MAX).saturating_sub(zeros)
}

fn small(number: &[u8]) -> Option<u64> {
    (number.len() <= 8).then(|| number.iter().fold(0, |sum, &byte| (sum << 8) | u64::from(byte)))
}

/// What makes an RSA modulus weak, by arithmetic alone; `None` for other keys and sound ones.
pub(super) fn weakness(spki: &[u8]) -> Option<&'static str> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki).ok()?;
    let key = RsaPublicKey::from_der(spki.subject_public_key.as_bytes()?).ok()?;
    let modulus = key.modulus.as_bytes();
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Some("its modulus is even");
    }
    has_roca_fingerprint(modulus).then_some("it has the fingerprint of ROCA (CVE-2017-15361)")
}

/// The odd primes up to 167, of which ROCA's primes are built.
const SMALL_PRIMES: [u64; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a modulus is a power of 65537 modulo each of the small primes, as those made by the flawed Infineon library
/// are. A sound modulus passes for one with a probability below 2⁻²⁷.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    SMALL_PRIMES.iter().all(|&prime| is_power_of_65537(remainder(modulus, prime), prime))
}

/// Four bytes at a time: a division costs the same for one. `divisor` has at most 32 bits.
fn remainder(number: &[u8], divisor: u64) -> u64 {
    let (first, words) = number.as_rchunks::<4>();
    let first = first.iter().fold(0, |value, &byte| (value << 8) | u64::from(byte));
    words
        .iter()
        .fold(first % divisor, |rest, word| ((rest << 32) | u64::from(u32::from_be_bytes(*word))) % divisor)
}

fn is_power_of_65537(wanted: u64, prime: u64) -> bool {
    let generator = 65537 % prime;
    let powers = std::iter::successors(Some(1), |power| Some(power * generator % prime));
    (0..prime).zip(powers).any(|(_, power)| power == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 65537 to the power of `exponent`, big-endian: a power of 65537 modulo every prime. Multiplying by 65537 adds the
    /// number to itself, shifted by one limb of 16 bits.
    fn power_of_65537(exponent: usize) -> Vec<u8> {
        let mut limbs = vec![1_u16];
        for _ in 0..exponent {
            let shifted = std::iter::once(0).chain(limbs.iter().copied());
            let mut carry = 0;
            let product = shifted.zip(limbs.iter().copied().chain([0])).map(|(low, high)| {
                let sum = u32::from(low) + u32::from(high) + carry;
                carry = sum >> 16;
                u16::try_from(sum & 0xffff).unwrap()
            });
            limbs = product.collect();
            limbs.push(u16::try_from(carry).unwrap());
        }
        limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect()
    }

    #[test]
    fn the_helper_multiplies() {
        let square = power_of_65537(2).iter().fold(0_u64, |sum, &byte| (sum << 8) | u64::from(byte));
        assert_eq!(square, 65537 * 65537);
    }

    #[test]
    fn a_remainder_is_that_of_the_whole_number_whatever_its_length() {
        let number = 0x8182_8384_8586_8788_898a_8b8c_8d8e_8f90_u128.to_be_bytes();
        for start in 0..=number.len() {
            let bytes = &number[start..];
            let value = bytes.iter().fold(0, |value, &byte| (value << 8) | u128::from(byte));
            assert_eq!(u128::from(remainder(bytes, 167)), value % 167, "{start}");
        }
    }

    #[test]
    fn a_modulus_made_of_powers_of_65537_has_the_fingerprint() {
        assert!(has_roca_fingerprint(&power_of_65537(127)));
    }

    #[test]
    fn a_modulus_that_is_off_by_two_has_not() {
        let mut modulus = power_of_65537(127);
        *modulus.last_mut().unwrap() ^= 2;
        assert!(!has_roca_fingerprint(&modulus));
    }

    #[test]
    fn bits_are_counted_from_the_first_that_is_set() {
        assert_eq!(bits(&[0x80, 0]), 16);
        assert_eq!(bits(&[0x01]), 1);
        assert_eq!(bits(&[]), 0);
        assert_eq!(small(&[1, 0, 1]), Some(65537));
        assert_eq!(small(&[1; 9]), None);
    }
}
