//! `kill -9` in the middle of issuing (issue 3, Shows 4).

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use scepter_tests::{Failure, Scepter};

use super::chance::{Chance, seed};
use super::fleet::{AT_ONCE, Fleet};
use super::laboratory::Laboratory;

const DEVICES: usize = 200;
const KILLS: usize = 5;
/// A kill comes up to so many milliseconds after the certificate that it waited for: at any step of those under way.
const JITTER: u64 = 20;
const LIMIT: Duration = Duration::from_mins(1);

#[test]
fn a_killed_issuer_loses_no_certificate_and_repeats_no_serial() -> Result<(), Failure> {
    let seed = seed();
    writeln!(std::io::stderr(), "SCEPTER_SEED={seed} repeats these moments").unwrap();
    let laboratory = Laboratory::with_scanners(DEVICES)?;
    let up = laboratory.start()?;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fleet = Arc::new(runtime.block_on(Fleet::muster(&laboratory)));

    let enrolling = thread::scope(|scope| {
        let clients = scope.spawn(|| runtime.block_on(fleet.enroll()));
        let up = kill_and_restart(&laboratory, &fleet, up, &mut Chance::new(seed));
        (clients.join().unwrap(), up)
    });
    let (received, up) = (enrolling.0.unwrap(), enrolling.1?);
    let received: BTreeMap<_, _> =
        received.into_iter().map(|(member, got)| (member.device.clone(), got.certificate)).collect();
    assert_eq!(received.len(), DEVICES);

    let known = laboratory.certificates()?;
    assert!(known.iter().all(|record| record.revoked_at.is_none()), "nothing was revoked: seed {seed}");
    let serials: BTreeSet<_> = known.iter().map(|record| record.serial_number.clone()).collect();
    assert_eq!(serials.len(), known.len(), "no serial twice: seed {seed}");
    let stored: BTreeMap<_, _> =
        known.iter().map(|record| (record.device.clone(), record.certificate.clone())).collect();
    assert_eq!(known.len(), stored.len(), "one certificate for each device: seed {seed}");
    assert!(stored == received, "the store knows what the clients received, and nothing else: seed {seed}");

    let again = runtime.block_on(fleet.enroll()).unwrap();
    for (member, got) in again {
        assert!(got.certificate == received[&member.device], "{} got another: seed {seed}", member.device);
    }
    assert_eq!(laboratory.certificates()?.len(), DEVICES, "a repeated request issues nothing: seed {seed}");
    assert_eq!(laboratory.profile()?.summary.issued, i64::try_from(DEVICES).unwrap());
    drop(up);
    Ok(())
}

/// Kills the issuer in each of `KILLS` parts of the run, at a moment of chance while devices of that part are under way,
/// and starts it again at once.
fn kill_and_restart(
    laboratory: &Laboratory,
    fleet: &Fleet,
    mut up: Scepter,
    chance: &mut Chance,
) -> Result<Scepter, Failure> {
    let part = DEVICES / (KILLS + 1);
    for kill in 0..KILLS {
        fleet.let_begin(part);
        let some = chance.below((part - 2 * AT_ONCE) as u64);
        let enough = kill * part + usize::try_from(some).unwrap();
        assert!(fleet.await_received(enough, LIMIT), "{} of {enough} certificates", fleet.received());
        thread::sleep(Duration::from_millis(chance.below(JITTER)));
        up.into_process().kill();
        assert!(fleet.received() < (kill + 1) * part, "it was killed while it worked");
        up = laboratory.start()?;
    }
    // The rest of this run, and all of the one that repeats it.
    fleet.let_begin(2 * DEVICES);
    Ok(up)
}
