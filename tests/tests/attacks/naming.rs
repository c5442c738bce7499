//! TH-05 to TH-08 and TH-47: whoever may write profiles, or name a device, reaches for names that are not theirs
//! (ESC1, Certifried).

use std::collections::BTreeMap;

use scepter_issuer_api::{Document, Issuer as _, Mode, PutOutcome};
use scepter_policy::identity::{Namespace, ObjectKey, ObjectKind, ObjectName};
use scepter_policy::vocabulary::Severity;
use serde_json::{Value, json};

use crate::range::{BADGE, HEADQUARTERS, Range};
use crate::table::Attack;

/// What the tenant's authority permits.
const STRICT: &str = include_str!("strict.yaml");
/// Objects that an attacker adds.
const INTRUDERS: &str = include_str!("intruders.yaml");
/// The subject of whoever asks.
const OWN: &str = "CN={{UserName}},O=Example";
const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

#[tokio::test]
async fn th_05_a_profile_that_writes_another_identity_is_not_served() {
    let mut author =
        Author::begin("TH-05", "profiles that name an administrator, a SID, a host or another organisation")
            .await;
    let sid = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500";
    let names = [
        ("UPN", "administrator@example.com", "AUT-09"),
        ("UPN", "Administrator@EXAMPLE.COM", "AUT-09"),
        ("UPN", "{{UserName}}@corp.internal", "AUT-04"),
        ("UPN", "administrator@corp.internal", "AUT-04"),
        ("Email", "ceo@example.com", "AUT-09"),
        ("URI", sid, "SID-03"),
        ("URI", "TAG:Microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500", "SID-03"),
        ("URI", "tag:microsoft.com%2C2022-09-14:sid:S-1-5-21-1-2-3-500", "SID-03"),
        ("URI", "%74ag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500", "SID-03"),
        ("URI", "tag:microsoft.com,2022-09-14:sid:{{OnPremisesSecurityIdentifier}}", "SID-03"),
        ("URI", "ldap://dc01.example.com/", "AUT-06"),
        ("DNS", "dc01.corp.internal", "AUT-05"),
    ];
    let subjects = [
        ("CN=administrator,O=Example", "AUT-01"),
        ("CN=dc01.corp.internal,O=Example", "AUT-02"),
        ("CN={{DeviceName}}.corp.internal,O=Example", "AUT-02"),
        ("CN={{UserName}},O=Evil", "AUT-01"),
        ("CN={{UserName}},OU=Domain Admins,O=Example", "AUT-01"),
        ("CN={{UserName}},O=Example,DC=corp,DC=internal", "AUT-01"),
        ("CN={{UserName}},E=ceo@example.com,O=Example", "AUT-09"),
        ("CN={{UserName}},E={{UserName}}@corp.internal,O=Example", "AUT-03"),
        ("CN=*.example.com,O=Example\u{202e}", "AUT-01"),
    ];
    author.refused_names(&names).await;
    for (subject, rule) in subjects {
        author.refused(&profile(subject, &[], &[CLIENT]), subject, &[rule]).await;
    }
    author.end().await;
}

#[tokio::test]
async fn th_08_names_that_only_look_permitted_are_not_served() {
    let mut author =
        Author::begin("TH-08", "names next to what is permitted: look-alikes, user info, wildcards, escapes")
            .await;
    let names = [
        ("UPN", "{{UserName}}@evilexample.com", "AUT-04"),
        ("UPN", "{{UserName}}@example.com.evil", "AUT-04"),
        ("UPN", "{{UserName}}@b@example.com.evil", "AUT-04"),
        ("UPN", "a@{{UserName}}@example.com", "AUT-04"),
        ("UPN", "{{UserName}}@example.com@evil", "AUT-04"),
        ("UPN", "{{UserName}}@ехample.com", "AUT-04"),
        ("UPN", "{{UserName}}@example.com\u{0}.evil", "SAN-05"),
        ("UPN", "{{UserName}}@.example.com", "AUT-04"),
        ("UPN", "{{UserName}}@sub.example.com", "AUT-04"),
        ("Email", "{{UserName}}@evilexample.com", "AUT-03"),
        ("Email", "{{UserName}}@example.com.", "AUT-03"),
        ("Email", "{{UserName}}example.com", "AUT-03"),
        ("Email", "{{UserName}}@example.com@evil.com", "AUT-03"),
        ("Email", "\"{{UserName}}@evil\"@evil.com", "AUT-03"),
        ("Email", "{{UserName}}@xn--example-xyz.com", "AUT-03"),
        ("DNS", "*.example.com", "AUT-05"),
        ("DNS", "evilexample.com", "AUT-05"),
        ("DNS", "{{DeviceName}}example.com", "AUT-05"),
        ("DNS", "{{DeviceName}}.example.com.evil", "AUT-05"),
        ("DNS", "example.com\u{0}.evil", "SAN-05"),
        ("DNS", ".example.com", "AUT-05"),
        ("DNS", "a..example.com", "AUT-05"),
        ("DNS", "ехample.com", "AUT-05"),
        ("DNS", "dc01.example.com/evil", "AUT-05"),
        ("DNS", "-a.example.com", "AUT-05"),
        ("URI", "https://id.example.com@evil/", "AUT-06"),
        ("URI", "https://id.example.com.evil/", "AUT-06"),
        ("URI", "https://id.example.com:443@evil/", "AUT-06"),
        ("URI", "http://id.example.com/", "AUT-06"),
        ("URI", "https://evil/https://id.example.com/", "AUT-06"),
        ("URI", "https://id.example.com\\@evil/", "AUT-06"),
        ("URI", "https://{{DeviceName}}.example.com/", "AUT-06"),
        ("URI", "//id.example.com/", "AUT-06"),
        ("URI", "https://ID.EXAMPLE.COM.evil/", "AUT-06"),
        ("URI", "https://id.example.com%2eevil/", "AUT-06"),
        ("URI", "https:///id.example.com/", "AUT-06"),
        ("URI", "https:id.example.com/", "AUT-06"),
    ];
    author.refused_names(&names).await;
    author.end().await;
}

#[tokio::test]
async fn th_07_no_certificate_speaks_for_its_authority_or_for_others() {
    let mut author =
        Author::begin("TH-07", "OCSPSigning, enrolment agent, any, smart card logon, KDC, server, code")
            .await;
    let usages = [
        OCSP_SIGNING,
        "1.3.6.1.4.1.311.20.2.1",
        "2.5.29.37.0",
        "1.3.6.1.4.1.311.20.2.2",
        "1.3.6.1.5.2.3.5",
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.3",
        "1.3.6.1.4.1.311.10.3.4",
    ];
    for usage in usages {
        author
            .refused(&profile("CN={{SerialNumber}},O=Example", &[], &[CLIENT, usage]), usage, &["AUT-08"])
            .await;
    }
    author.end().await;
    let mut anyone = Author::over(
        Range::open().await,
        Attack::new("TH-07", "OCSPSigning from an authority that permits any name"),
    )
    .await;
    anyone.refused(&profile("CN={{SerialNumber}}", &[], &[OCSP_SIGNING]), OCSP_SIGNING, &["AUT-08"]).await;
    anyone.end().await;
}

#[tokio::test]
async fn th_06_a_device_that_takes_a_servers_or_an_administrators_name_gets_no_challenge() {
    let range = Range::configured(STRICT, &[]).await;
    let mut attack = Attack::new(
        "TH-06",
        "devices named as a domain controller, a wildcard or an administrator (Certifried)",
    );
    range.up.edit("headquarters.yaml", |text| format!("{text}{INTRUDERS}")).unwrap();
    range.await_served("people").await;
    let attempts = [("hosts", 1..=3), ("people", 1..=5)];
    for (profile, intruders) in attempts {
        for number in intruders {
            let device = format!("intruder-{number}");
            let refusal = range.not_minted(profile, &device).await;
            let rule = ["AUT-02", "AUT-04", "AUT-09", "VAR-", "SAN-"]
                .into_iter()
                .find(|rule| refusal.contains(rule));
            attack.saw(format!(
                "{profile} {number}: {}",
                rule.unwrap_or_else(|| panic!("{device}: {refusal}"))
            ));
            attack.tried();
        }
    }
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_47_a_profile_of_another_teams_authority_is_not_served() {
    let mut author = Author::begin(
        "TH-47",
        "a profile and a root that name another team's authority, or none that exists",
    )
    .await;
    for authority in ["branch", "nobody"] {
        let mut manifest = profile("CN={{SerialNumber}},O=Example", &[], &[CLIENT]);
        manifest["spec"]["authorityName"] = authority.into();
        author.refused(&manifest, authority, &["AUT-10"]).await;
        let root = object(
            "TrustedRootProfile",
            "theirs",
            &json!({
                "platform": "AndroidEnterpriseCorporate",
                "certificate": { "authorityName": authority },
                "assignments": { "include": [{ "allDevices": true }] },
            }),
        );
        author.refused(&root, authority, &["AUT-10", "AUT-11"]).await;
    }
    author.end().await;
}

/// Somebody who may write profiles of the tenant.
struct Author {
    range: Range,
    attack: Attack,
    rules: BTreeMap<String, usize>,
}

impl Author {
    async fn begin(id: &'static str, what: &'static str) -> Self {
        Self::over(Range::configured(STRICT, &[]).await, Attack::new(id, what)).await
    }

    async fn over(range: Range, attack: Attack) -> Self {
        let author = Self { range, attack, rules: BTreeMap::new() };
        // The fault is the name's and not the profile's: with names that are permitted it is served.
        let names = [
            ("UPN", "{{UserName}}@example.com"),
            ("Email", "{{UserName}}@example.com"),
            ("DNS", "{{DeviceName}}.example.com"),
            ("URI", "https://id.example.com/{{DeviceId}}"),
        ];
        for sound in
            [profile(OWN, &names, &[CLIENT]), profile("CN={{SerialNumber}},O=Example", &[], &[CLIENT])]
        {
            let served = author.put(&sound, Mode::DryRun).await;
            assert!(matches!(served, Ok(PutOutcome::Applied(_))), "{served:#?}");
        }
        author
    }

    /// A profile of each alternative name, which its rule refuses: type, value, rule.
    async fn refused_names(&mut self, names: &[(&str, &str, &str)]) {
        for &(kind, value, rule) in names {
            self.refused(&profile(OWN, &[(kind, value)], &[CLIENT]), value, &[rule]).await;
        }
    }

    /// The object is refused, by one of these rules.
    async fn refused(&mut self, manifest: &Value, what: &str, by: &[&str]) {
        let rules = match self.put(manifest, Mode::Apply).await {
            Ok(PutOutcome::Refused { diagnostics, .. }) => {
                let errors = diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
                errors.map(|finding| finding.rule.to_string()).collect()
            }
            Err(error) => {
                let words = error.split([' ', ':', ',', ';']);
                words.filter(|word| is_rule(word)).map(str::to_owned).collect::<Vec<_>>()
            }
            Ok(served @ (PutOutcome::Applied(_) | PutOutcome::Held(_))) => panic!("{what}: {served:?}"),
        };
        assert!(rules.iter().any(|rule| by.contains(&rule.as_str())), "{what}: {rules:?}, not {by:?}");
        for rule in rules {
            *self.rules.entry(rule).or_default() += 1;
        }
        self.attack.tried();
    }

    async fn put(&self, manifest: &Value, mode: Mode) -> Result<PutOutcome, String> {
        let kind: ObjectKind = manifest["kind"].as_str().unwrap().parse().unwrap();
        let name = ObjectName::new(manifest["metadata"]["name"].as_str().unwrap()).unwrap();
        let key = ObjectKey { kind, namespace: Namespace::new(HEADQUARTERS).unwrap(), name };
        let document: Document = serde_json::from_value(manifest.clone()).unwrap();
        self.range.admin.put(&key, &document, mode).await.map_err(|error| error.to_string())
    }

    async fn end(self) {
        let Self { range, mut attack, rules } = self;
        let counted: Vec<_> = rules.iter().map(|(rule, count)| format!("{rule} × {count}")).collect();
        attack.saw(counted.join(", "));
        range.conclude(attack, 0).await;
    }
}

fn is_rule(word: &str) -> bool {
    word.split_once('-').is_some_and(|(area, number)| {
        area.chars().all(|letter| letter.is_ascii_uppercase()) && number.parse::<u8>().is_ok()
    })
}

fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": kind,
        "metadata": { "name": name, "namespace": HEADQUARTERS },
        "spec": spec,
    })
}

fn profile(subject: &str, names: &[(&str, &str)], usages: &[&str]) -> Value {
    let names: Vec<_> = names.iter().map(|(kind, value)| json!({ "type": kind, "value": value })).collect();
    let usages: Vec<_> = usages.iter().map(|oid| json!({ "name": oid, "oid": oid })).collect();
    let names_users = subject.contains("User") || names.iter().any(|name| name.to_string().contains("User"));
    object(
        "ScepProfile",
        &format!("{BADGE}-evil"),
        &json!({
            "platform": "Windows10AndLater",
            "certificateType": if names_users { "User" } else { "Device" },
            "subjectNameFormat": subject,
            "subjectAlternativeNames": names,
            "validityPeriod": { "value": 10, "unit": "Days" },
            "keyUsages": ["DigitalSignature"],
            "keySize": 2048,
            "keyStorageProvider": "TPMOrSoftware",
            "hashAlgorithms": ["SHA2"],
            "rootCertificateRef": { "name": "root-windows" },
            "extendedKeyUsages": usages,
            "scepServerURLs": ["https://scep.example.com/scep/default"],
            "assignments": { "include": [{ "group": "scanners" }] },
        }),
    )
}
