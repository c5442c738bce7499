//! How long a CRL of a million entries takes, and how much memory: `cargo run --release -p scepter-pki --example large_crl`.
//! The number of entries may follow.

use std::num::NonZeroUsize;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use scepter_pki::authority::{AuthorityFiles, CreateAuthority, Publication, create_authority};
use scepter_pki::crl::{CrlSpool, CrlTerms};
use scepter_pki::key::{KeyAlgorithm, RsaPool};
use scepter_pki::name_constraints::NameConstraints;
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};
use scepter_policy::revocation::{RevocationReason, Revoked};

const PAGE: u32 = 5000;

#[tokio::main(flavor = "current_thread")]
#[allow(clippy::print_stdout, reason = "it prints what it measured")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let entries: u32 = std::env::args().nth(1).map_or(Ok(1_000_000), |number| number.parse())?;
    let directory = tempfile::tempdir()?;
    let now = Timestamp::now();
    let pool = RsaPool::new(NonZeroUsize::MIN, 8);
    let files = AuthorityFiles::within(directory.path());
    let common_name = Attribute { kind: AttributeType::CommonName, value: "A large CA".to_owned() };
    let subject =
        DistinguishedName { rdns: vec![RelativeDistinguishedName { attributes: vec![common_name] }] };
    let lifetime = SignedDuration::from_hours(24);
    let request = CreateAuthority {
        algorithm: KeyAlgorithm::P256,
        subject,
        name_constraints: NameConstraints::default(),
        lifetime,
    };
    create_authority(&files, &request, &pool, now).await?;
    let name = AuthorityName::new("large")?;
    let authority = files.load(name, Publication::default(), &pool, now)?;

    let before = peak_memory()?;
    let began = Instant::now();
    let mut spool = CrlSpool::new(tempfile::tempfile_in(directory.path())?);
    let numbers: Vec<u32> = (0..entries.div_ceil(PAGE)).map(|page| page * PAGE).collect();
    for first in numbers {
        let page: Vec<_> = (first..entries.min(first + PAGE)).map(|number| revoked(number, now)).collect();
        spool.extend(&page)?;
    }
    let terms = CrlTerms { number: 1, this_update: now, next_update: now + lifetime };
    let crl = authority.sign_crl(spool.finish(&authority, &terms)?).await?;
    let took = began.elapsed();

    println!("{entries} entries: {} bytes in {took:.2?}", crl.length());
    println!("peak memory: {before} KiB before, {} KiB after", peak_memory()?);
    Ok(())
}

fn revoked(number: u32, at: Timestamp) -> Revoked {
    let mut bytes = [0x5a; 16];
    bytes.iter_mut().skip(12).zip(number.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
    let reason = RevocationReason::CessationOfOperation;
    Revoked { serial: SerialNumber::from_random(bytes), at, reason }
}

/// `VmHWM` of this process, in KiB.
fn peak_memory() -> Result<u64, Box<dyn std::error::Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.and_then(|line| line.split_whitespace().next()).unwrap_or_default().parse()?)
}
