//! Rendering again gives the same document, and nothing else's.

use std::collections::BTreeSet;

use scepter_payload::Payload;
use scepter_policy::identity::{Association, DeviceId, Namespace, Owner};
use scepter_policy::vocabulary::Platform;

use super::sample::{self, Sample, object};

const PLATFORMS: [Platform; 3] =
    [Platform::Ios, Platform::Windows10AndLater, Platform::AndroidEnterpriseCorporate];

fn sample_of(platform: Platform) -> Sample {
    Sample::new(&sample::fields(platform), &sample::device("d1", platform))
}

#[test]
fn the_same_request_is_the_same_document() {
    for platform in PLATFORMS {
        assert_eq!(sample_of(platform).payload(), sample_of(platform).payload());
    }
}

#[test]
fn a_new_challenge_changes_nothing_but_the_challenge() {
    for platform in PLATFORMS {
        let again = Sample { challenge: "another.one".to_owned(), ..sample_of(platform) };
        let expected = sample_of(platform).payload().body.replace("c0ffee.beef", "another.one");
        assert_eq!(again.payload().body, expected);
    }
}

#[test]
fn every_part_of_the_key_makes_another_certificate_of_it() {
    for platform in PLATFORMS {
        let changes: [fn(&mut Sample); 7] = [
            |_| (),
            |sample| sample.key.tenant.owner = Owner::new("other").unwrap(),
            |sample| sample.key.tenant.namespace = Namespace::new("other").unwrap(),
            |sample| sample.key.profile = object("other"),
            |sample| sample.key.device = DeviceId::new("other").unwrap(),
            |sample| sample.key.association = Association::WiFi("other".to_owned()),
            |sample| sample.key.association = Association::Vpn("other".to_owned()),
        ];
        let document = |change: fn(&mut Sample)| {
            let mut sample = sample_of(platform);
            change(&mut sample);
            // Names that people see are not what tells documents apart.
            let Payload { body, .. } = sample.payload();
            body.replace(" (Wi-Fi other)", "").replace(" (VPN other)", "")
        };
        let documents: BTreeSet<String> = changes.into_iter().map(document).collect();
        assert_eq!(documents.len(), changes.len(), "{platform}");
    }
}

#[test]
fn a_payload_hides_its_challenge_from_debug() {
    let payload = sample_of(Platform::Ios).payload();
    assert!(payload.body.contains("c0ffee.beef"));
    assert!(!format!("{payload:?}").contains("c0ffee"));
}
