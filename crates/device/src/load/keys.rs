//! Keys for thousands of devices in seconds: drawing primes is what costs, so that keys share them in pairs. Any two of
//! such keys are different, and none protects anything (decision 0230).

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use der::asn1::{OctetString, OctetStringRef, UintRef};
use der::{Decode as _, Encode as _, Sequence};
use num_bigint::BigUint;
use spki::{AlgorithmIdentifierOwned, AlgorithmIdentifierRef};

use crate::key::{DeviceKey, KeyFault};

/// The public exponent of every key.
const EXPONENT: u32 = 65537;

/// A pool of different RSA-2048 keys, each made anew when it is asked for.
pub struct KeyPool {
    primes: Vec<BigUint>,
    algorithm: AlgorithmIdentifierOwned,
}

impl std::fmt::Debug for KeyPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPool").field("keys", &self.len()).finish_non_exhaustive()
    }
}

impl KeyPool {
    /// A pool of at least `keys` keys: n primes make n(n-1)/2 of them. Draws primes on every core; call it where blocking is
    /// allowed.
    pub fn generate(keys: usize) -> Result<Self, KeyFault> {
        let pairs = (1..=keys.max(1)).find(|pairs| pairs * (2 * pairs - 1) >= keys).unwrap_or(1);
        let workers = super::cores().min(pairs);
        let drawn: Vec<_> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers)
                .map(|worker| scope.spawn(move || (worker..pairs).step_by(workers).map(|_| draw()).collect()))
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or(Err(KeyFault::Library("generate a key"))))
                .collect::<Result<Vec<Vec<_>>, _>>()
        })?;
        let drawn: Vec<Drawn> = drawn.into_iter().flatten().collect();
        let algorithm = drawn.first().ok_or(KeyFault::Library("generate a key"))?.algorithm.clone();
        let primes = drawn.into_iter().flat_map(|drawn| drawn.primes).collect();
        Ok(Self { primes, algorithm })
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.primes.len() * self.primes.len().saturating_sub(1) / 2
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of that number, below [`len`](Self::len), which stays the same. It protects nothing.
    pub fn key(&self, number: usize) -> Result<DeviceKey, KeyFault> {
        let missing = KeyFault::Library("find a key in the pool");
        let (larger, smaller) = pair(number);
        let (p, q) = (self.primes.get(larger).ok_or(missing)?, self.primes.get(smaller).ok_or(missing)?);
        let pkcs8 = self.pkcs8(p.max(q), p.min(q)).ok_or(KeyFault::Library("compute a key"))?;
        DeviceKey::from_pkcs8(&pkcs8)
    }

    /// RFC 8017 §3.2, with p > q.
    #[expect(clippy::many_single_char_names, reason = "the names of RFC 8017")]
    fn pkcs8(&self, p: &BigUint, q: &BigUint) -> Option<Vec<u8>> {
        let one = BigUint::from(1_u32);
        let exponent = BigUint::from(EXPONENT);
        let (p_less, q_less) = (p - &one, q - &one);
        let d = exponent.modinv(&(&p_less * &q_less))?;
        let numbers =
            [p * q, exponent, d.clone(), p.clone(), q.clone(), &d % &p_less, &d % &q_less, q.modinv(p)?]
                .map(|number| number.to_bytes_be());
        let [n, e, d, p, q, dp, dq, inverse] = &numbers;
        let key = RsaPrivateKey {
            version: 0,
            modulus: UintRef::new(n).ok()?,
            public_exponent: UintRef::new(e).ok()?,
            private_exponent: UintRef::new(d).ok()?,
            prime1: UintRef::new(p).ok()?,
            prime2: UintRef::new(q).ok()?,
            exponent1: UintRef::new(dp).ok()?,
            exponent2: UintRef::new(dq).ok()?,
            coefficient: UintRef::new(inverse).ok()?,
        };
        let key = OctetString::new(key.to_der().ok()?).ok()?;
        let algorithm = AlgorithmIdentifierRef::from(&self.algorithm);
        PrivateKeyInfo { version: 0, algorithm, private_key: OctetStringRef::new(key.as_bytes()).ok()? }
            .to_der()
            .ok()
    }
}

/// The number-th pair of different indices, the larger first: (1, 0), (2, 0), (2, 1), (3, 0), …
fn pair(number: usize) -> (usize, usize) {
    let triangle = |n: usize| n * (n - 1) / 2;
    let mut larger = (2 * number).isqrt().max(1);
    while triangle(larger + 1) <= number {
        larger += 1;
    }
    while triangle(larger) > number {
        larger -= 1;
    }
    (larger, number - triangle(larger))
}

/// What is used of a key that the library made.
struct Drawn {
    primes: [BigUint; 2],
    algorithm: AlgorithmIdentifierOwned,
}

fn draw() -> Result<Drawn, KeyFault> {
    let generated =
        PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| KeyFault::Library("generate a key"))?;
    let encoded: Pkcs8V1Der<'_> = generated.as_der().map_err(|_| KeyFault::Library("encode a key"))?;
    read(encoded.as_ref()).map_err(|_| KeyFault::Library("read a key back"))
}

fn read(pkcs8: &[u8]) -> Result<Drawn, der::Error> {
    let info = PrivateKeyInfo::from_der(pkcs8)?;
    let key = RsaPrivateKey::from_der(info.private_key.as_bytes())?;
    let primes = [key.prime1, key.prime2].map(|prime| BigUint::from_bytes_be(prime.as_bytes()));
    Ok(Drawn { primes, algorithm: info.algorithm.into() })
}

/// RFC 5208 §5.
#[derive(Sequence)]
struct PrivateKeyInfo<'a> {
    version: u8,
    algorithm: AlgorithmIdentifierRef<'a>,
    private_key: &'a OctetStringRef,
}

/// RFC 8017 §A.1.2.
#[derive(Sequence)]
struct RsaPrivateKey<'a> {
    version: u8,
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
    private_exponent: UintRef<'a>,
    prime1: UintRef<'a>,
    prime2: UintRef<'a>,
    exponent1: UintRef<'a>,
    exponent2: UintRef<'a>,
    coefficient: UintRef<'a>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use scepter_scep::DigestAlgorithm;

    use super::*;

    #[test]
    fn pairs_are_counted_without_a_gap() {
        let pairs: Vec<_> = (0..6).map(pair).collect();
        assert_eq!(pairs, [(1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2)]);
        let many: BTreeSet<_> = (0..10_000).map(pair).collect();
        assert_eq!(many.len(), 10_000);
        assert!(many.iter().all(|(larger, smaller)| smaller < larger));
    }

    #[test]
    fn the_keys_of_a_pool_differ_and_sign() {
        let pool = KeyPool::generate(6).unwrap();
        assert_eq!(pool.len(), 6, "four primes");
        let keys: Vec<_> = (0..pool.len()).map(|number| pool.key(number).unwrap()).collect();
        let different: BTreeSet<_> = keys.iter().map(DeviceKey::spki).collect();
        assert_eq!(different.len(), 6);
        for key in &keys {
            let signature = key.sign(DigestAlgorithm::Sha256, b"message").unwrap();
            let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.spki());
            public.verify(b"message", &signature).unwrap();
        }
        assert_eq!(pool.key(6).unwrap_err(), KeyFault::Library("find a key in the pool"));
    }
}
