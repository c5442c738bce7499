//! GetCACaps (RFC 8894 §3.5).

use crate::{Algorithms, ContentCipher, DigestAlgorithm};

/// The body of an answer to GetCACaps: what `accepted` accepts, one keyword a line. `next_ca` says whether a next CA exists.
///
/// The order, the SHA-384 line and the absence of empty lines are what strongSwan needs: 5.9.8 tests the wrong bits, and
/// takes an empty line for every capability. `SCEPStandard` implies three of the others; old clients want them singly.
pub fn capabilities(accepted: &Algorithms, next_ca: bool) -> String {
    let mut lines =
        vec!["AES", "SHA-256", "SHA-384", "SHA-512", "POSTPKIOperation", "SCEPStandard", "Renewal"];
    if next_ca {
        lines.push("GetNextCACert");
    }
    if accepted.allow_cipher(ContentCipher::TripleDesCbc) {
        lines.push("DES3");
    }
    if accepted.allow_digest(DigestAlgorithm::Sha1) {
        lines.push("SHA-1");
    }
    lines.into_iter().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_capability_is_a_line_and_no_line_is_empty() {
        assert_eq!(
            capabilities(&Algorithms::default(), false),
            "AES\nSHA-256\nSHA-384\nSHA-512\nPOSTPKIOperation\nSCEPStandard\nRenewal\n"
        );
    }

    #[test]
    fn what_is_not_accepted_is_not_announced() {
        let announced =
            |accepted, next_ca, keyword| capabilities(&accepted, next_ca).lines().any(|line| line == keyword);
        assert!(!announced(Algorithms::default(), false, "SHA-1"));
        assert!(announced(Algorithms::default().with_sha1(), false, "SHA-1"));
        assert!(!announced(Algorithms::default(), false, "DES3"));
        assert!(announced(Algorithms::default().with_triple_des(), false, "DES3"));
        assert!(!announced(Algorithms::default(), false, "GetNextCACert"));
        assert!(announced(Algorithms::default(), true, "GetNextCACert"));
    }
}
