//! micromdm's `scepclient`, whose messages have SHA-1 and single DES in every version so far, which RFC 8894 §2.9 rules out.

use scepter_tests::{Failure, MicroMdm};

use crate::world::{PROFILE, quickstart, quickstart_with};

#[test]
fn micromdm_is_refused_for_its_algorithms_and_understands_it() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    refused(&MicroMdm::new(&minted.url)?.enroll("laptop-01", &minted.challenge));
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["state"], "ChallengeIssued");
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn micromdm_is_refused_for_single_des_by_an_authority_for_old_devices_too() -> Result<(), Failure> {
    let up = quickstart_with("  legacyAlgorithms: [SHA1, TripleDES]\n")?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    refused(&MicroMdm::new(&minted.url)?.enroll("laptop-01", &minted.challenge));
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn micromdm_breaks_down_over_a_ca_without_an_rsa_key() -> Result<(), Failure> {
    let up = quickstart()?;
    let failure = MicroMdm::new(&up.scep("default"))?.enroll("laptop-01", "guessed").unwrap_err().to_string();
    assert!(failure.contains("is *ecdsa.PublicKey, not *rsa.PublicKey"), "{failure}");
    Ok(())
}

fn refused(enrolled: &Result<String, Failure>) {
    match enrolled {
        Err(Failure::CommandFailed { output, .. }) => {
            assert!(output.contains("failInfo: badAlg (0)"), "{output}");
        }
        other => panic!("a refusal, not {other:?}"),
    }
}
