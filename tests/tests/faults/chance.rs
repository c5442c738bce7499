//! Moments that nobody chose, and that can be had again.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

/// Numbers from a seed (SplitMix64): the same seed, the same numbers.
pub(crate) struct Chance(u64);

/// The seed that `SCEPTER_SEED` names, or a new one.
pub(crate) fn seed() -> u64 {
    match env::var("SCEPTER_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into(),
    }
}

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}
