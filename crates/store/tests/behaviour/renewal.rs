//! A certificate as its holder's credential: it renews itself once, in its window.

use jiff::SignedDuration;
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::inventory::Inventory;
use scepter_policy::issuance::{Credential, Presented, ProvenCertificate, RefusalReason, Signatory};
use scepter_policy::revocation::RevocationReason;
use scepter_policy::vocabulary::DeviceState;
use scepter_store::check_in::Outcome;
use scepter_store::issuance::{Recorded, Reservation};

use crate::world::enrolment::{Issuing, Request, authority_name, reason};
use crate::world::{Manifest, World, fleet, key, tenant};

/// A device whose certificate is in its renewal window.
async fn with_certificate_to_renew(world: &mut World) -> (Issuing, Recorded, Credential) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let recorded = issuing.enroll(world, &credential, Request::number(1), 1).await;
    world.now += SignedDuration::from_hours(27 * 24);
    let renewal = issuing.renewal(&recorded);
    (issuing, recorded, renewal)
}

pub(crate) async fn a_certificate_renews_itself_and_stands_until_the_newer_is_installed(mut world: World) {
    let (issuing, old, renewal) = with_certificate_to_renew(&mut world).await;
    let grant = world.store.grant(&renewal, Request::number(2).key()).await.unwrap();
    let Presented::Certificate(presented) = &grant.presented else { panic!("{grant:?}") };
    assert!(presented.is_current && !presented.outdated && presented.serial == old.serial());
    let new = issuing.enroll(&world, &renewal, Request::number(2), 2).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.serial_number), (DeviceState::Issued, Some(new.serial().to_string())));
    let default = authority_name();
    let stored = |serial| world.store.certificate(&default, serial);
    assert_eq!(stored(old.serial()).await.unwrap().unwrap().revoked, None);
    let installed = Outcome::Installed;
    assert!(
        world.store.report_certificate(&key("d1"), Some(new.serial()), &installed, world.now).await.unwrap()
    );
    let revoked = stored(old.serial()).await.unwrap().unwrap().revoked;
    assert_eq!(revoked, Some((world.now, RevocationReason::Superseded)));
}

pub(crate) async fn an_identical_renewal_gets_the_same_certificate_and_another_one_none(mut world: World) {
    let (issuing, _, renewal) = with_certificate_to_renew(&mut world).await;
    let other = world.store.grant(&renewal, Request::number(3).key()).await.unwrap();
    let other = issuing.authorize(&world, other, Request::number(3));
    let new = issuing.enroll(&world, &renewal, Request::number(2), 2).await;
    let again = issuing.reserve(&world, &renewal, Request::number(2), 4).await.unwrap();
    assert!(matches!(again, Reservation::Replay(same) if same == new));
    let (asked, serial) = (Request::number(3).asked(), SerialNumber::from_random([3; 16]));
    let refused = world.store.reserve(other, &asked, serial, world.now).await;
    assert_eq!(reason(refused), RefusalReason::SignerSuperseded);
}

/// Somebody who calls every certificate one of ours.
struct Liar(AuthorityName, SerialNumber);

impl Signatory for Liar {
    fn authority(&self) -> &AuthorityName {
        &self.0
    }

    fn signed(&self, _certificate_der: &[u8]) -> Option<SerialNumber> {
        Some(self.1)
    }
}

pub(crate) async fn a_certificate_with_a_serial_of_ours_and_other_bytes_is_nobodys(mut world: World) {
    let (_, old, _) = with_certificate_to_renew(&mut world).await;
    let forged = |authority: &str, der: &[u8]| {
        let liar = Liar(authority.parse().unwrap(), old.serial());
        Credential::Renewal(ProvenCertificate::prove(der, &liar).unwrap())
    };
    for credential in [forged("default", b"other bytes"), forged("other", old.der())] {
        let refused = world.store.grant(&credential, Request::number(2).key()).await;
        assert_eq!(reason(refused), RefusalReason::SignerUnknown);
    }
    assert!(world.store.grant(&forged("default", old.der()), Request::number(2).key()).await.is_ok());
}

pub(crate) async fn a_revoked_certificate_renews_nothing_even_when_it_was_judged_before(mut world: World) {
    let (issuing, old, renewal) = with_certificate_to_renew(&mut world).await;
    let request = Request::number(2);
    let judged = world.store.grant(&renewal, request.key()).await.unwrap();
    let judged = issuing.authorize(&world, judged, request);
    let compromised = RevocationReason::KeyCompromise;
    assert!(world.store.revoke(&tenant("team-a"), old.serial(), compromised, world.now).await.unwrap());
    let refused =
        world.store.reserve(judged, &request.asked(), SerialNumber::from_random([2; 16]), world.now).await;
    assert_eq!(reason(refused), RefusalReason::SignerSuperseded);
    let refused = world.store.grant(&renewal, request.key()).await;
    assert_eq!(reason(refused), RefusalReason::SignerRevoked);
}

pub(crate) async fn a_certificate_that_is_revoked_while_its_renewal_is_signed_renews_nothing(
    mut world: World,
) {
    let (issuing, old, renewal) = with_certificate_to_renew(&mut world).await;
    let order = issuing.order(&world, &renewal, Request::number(2), 2).await;
    let compromised = RevocationReason::KeyCompromise;
    assert!(world.store.revoke(&tenant("team-a"), old.serial(), compromised, world.now).await.unwrap());
    let refused = world.store.record(issuing.sign(order).await, world.now).await;
    assert_eq!(reason(refused), RefusalReason::SignerRevoked);
    let serial = SerialNumber::from_random([2; 16]);
    assert_eq!(world.store.certificate(&authority_name(), serial).await.unwrap(), None);
}

pub(crate) async fn a_certificate_that_was_replaced_while_its_renewal_was_judged_renews_nothing(
    mut world: World,
) {
    let (issuing, _, renewal) = with_certificate_to_renew(&mut world).await;
    let request = Request::number(2);
    let judged = world.store.grant(&renewal, request.key()).await.unwrap();
    let judged = issuing.authorize(&world, judged, request);
    let challenge = world.mint(&key("d1"), "c2").await.unwrap();
    issuing.enroll(&world, &challenge, Request::number(3), 3).await;
    let refused =
        world.store.reserve(judged, &request.asked(), SerialNumber::from_random([2; 16]), world.now).await;
    assert_eq!(reason(refused), RefusalReason::SignerSuperseded);
    let grant = world.store.grant(&renewal, request.key()).await.unwrap();
    assert!(matches!(grant.presented, Presented::Certificate(certificate) if !certificate.is_current));
}

pub(crate) async fn a_renewal_that_was_overtaken_is_possible_again_whatever_is_handed_out_meanwhile(
    mut world: World,
) {
    let (issuing, _, renewal) = with_certificate_to_renew(&mut world).await;
    let request = Request::number(2);
    let judged = world.store.grant(&renewal, request.key()).await.unwrap();
    let judged = issuing.authorize(&world, judged, request);
    let mut renamed = fleet(&["d1"]);
    renamed.devices[0].device_name = Some("DC01".into());
    world.sync(&renamed).await;
    let refused =
        world.store.reserve(judged, &request.asked(), SerialNumber::from_random([2; 16]), world.now).await;
    assert_eq!(reason(refused), RefusalReason::Outdated);
    world.mint(&key("d1"), "c2").await.unwrap();
    issuing.enroll(&world, &renewal, request, 2).await;
}

pub(crate) async fn two_renewals_at_once_come_to_one_certificate(mut world: World) {
    let (issuing, _, renewal) = with_certificate_to_renew(&mut world).await;
    let first = issuing.order(&world, &renewal, Request::number(2), 2).await;
    let second = world.store.grant(&renewal, Request::number(3).key()).await.unwrap();
    assert_eq!(second.state.taken_by(), Some(first.fingerprint()));
    let recorded = world.store.record(issuing.sign(first).await, world.now).await.unwrap();
    assert_eq!(world.row("d1").await.unwrap().serial_number, Some(recorded.serial().to_string()));
}

pub(crate) async fn a_renewal_voids_the_open_challenge(mut world: World) {
    let (issuing, _, renewal) = with_certificate_to_renew(&mut world).await;
    let challenge = world.mint(&key("d1"), "c2").await.unwrap();
    issuing.enroll(&world, &renewal, Request::number(2), 2).await;
    let refused = world.store.grant(&challenge, Request::number(3).key()).await;
    assert_eq!(reason(refused), RefusalReason::ChallengeExpired);
}

pub(crate) async fn a_device_that_left_renews_nothing(mut world: World) {
    let (_, _, renewal) = with_certificate_to_renew(&mut world).await;
    world.sync(&Inventory::default()).await;
    let refused = world.store.grant(&renewal, Request::number(2).key()).await;
    assert_eq!(reason(refused), RefusalReason::SignerRevoked);
}
