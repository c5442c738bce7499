//! TH-05 to TH-08, TH-47 and TH-48: whoever may write profiles, or name a device, reaches for names that are not theirs
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
const CLIENT: &str = "1.3.6.1.5.5.7.3.2";
const OCSP_SIGNING: &str = "1.3.6.1.5.5.7.3.9";

#[tokio::test]
async fn th_05_a_profile_that_writes_another_identity_is_not_served() {
    let author =
        Author::begin("TH-05", "profiles that name an administrator, a SID, a host or another organisation")
            .await;
    let own = "CN={{UserName}},O=Example";
    let sid = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500";
    let names = [
        ("UPN", "administrator@example.com"),
        ("UPN", "Administrator@EXAMPLE.COM"),
        ("UPN", "{{UserName}}@corp.internal"),
        ("UPN", "administrator@corp.internal"),
        ("Email", "ceo@example.com"),
        ("URI", sid),
        ("URI", "TAG:Microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500"),
        ("URI", "tag:microsoft.com%2C2022-09-14:sid:S-1-5-21-1-2-3-500"),
        ("URI", "%74ag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500"),
        ("URI", "tag:microsoft.com,2022-09-14:sid:{{OnPremisesSecurityIdentifier}}"),
        ("URI", "ldap://dc01.example.com/"),
        ("DNS", "dc01.corp.internal"),
    ];
    let subjects = [
        "CN=administrator,O=Example",
        "CN=dc01.corp.internal,O=Example",
        "CN={{DeviceName}}.corp.internal,O=Example",
        "CN={{UserName}},O=Evil",
        "CN={{UserName}},OU=Domain Admins,O=Example",
        "CN={{UserName}},O=Example,DC=corp,DC=internal",
        "CN={{UserName}},E=ceo@example.com,O=Example",
        "CN={{UserName}},E={{UserName}}@corp.internal,O=Example",
        "CN=*.example.com,O=Example\u{202e}",
    ];
    let written = names.map(|name| (own, vec![name])).into_iter();
    author.refused_each(written.chain(subjects.map(|subject| (subject, vec![])))).await;
}

#[tokio::test]
async fn th_08_names_that_only_look_permitted_are_not_served() {
    let author =
        Author::begin("TH-08", "names next to what is permitted: look-alikes, user info, wildcards, escapes")
            .await;
    let names = [
        ("UPN", "{{UserName}}@evilexample.com"),
        ("UPN", "{{UserName}}@example.com.evil"),
        ("UPN", "{{UserName}}@b@example.com.evil"),
        ("UPN", "a@{{UserName}}@example.com"),
        ("UPN", "{{UserName}}@example.com@evil"),
        ("UPN", "{{UserName}}@ехample.com"),
        ("UPN", "{{UserName}}@example.com\u{0}.evil"),
        ("UPN", "{{UserName}}@.example.com"),
        ("UPN", "{{UserName}}@sub.example.com"),
        ("Email", "{{UserName}}@evilexample.com"),
        ("Email", "{{UserName}}@example.com."),
        ("Email", "{{UserName}}example.com"),
        ("Email", "{{UserName}}@example.com@evil.com"),
        ("Email", "\"{{UserName}}@evil\"@evil.com"),
        ("Email", "{{UserName}}@xn--example-xyz.com"),
        ("DNS", "*.example.com"),
        ("DNS", "evilexample.com"),
        ("DNS", "{{DeviceName}}example.com"),
        ("DNS", "{{DeviceName}}.example.com.evil"),
        ("DNS", "example.com\u{0}.evil"),
        ("DNS", ".example.com"),
        ("DNS", "a..example.com"),
        ("DNS", "ехample.com"),
        ("DNS", "dc01.example.com/evil"),
        ("DNS", "-a.example.com"),
        ("URI", "https://id.example.com@evil/"),
        ("URI", "https://id.example.com.evil/"),
        ("URI", "https://id.example.com:443@evil/"),
        ("URI", "http://id.example.com/"),
        ("URI", "https://evil/https://id.example.com/"),
        ("URI", "https://id.example.com\\@evil/"),
        ("URI", "https://{{DeviceName}}.example.com/"),
        ("URI", "//id.example.com/"),
        ("URI", "https://ID.EXAMPLE.COM.evil/"),
        ("URI", "https://id.example.com%2eevil/"),
        ("URI", "https:///id.example.com/"),
        ("URI", "https:id.example.com/"),
    ];
    author.refused_each(names.map(|name| ("CN={{UserName}},O=Example", vec![name])).into_iter()).await;
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
        author.refused(&profile("CN={{SerialNumber}},O=Example", &[], &[CLIENT, usage]), usage).await;
    }
    author.end().await;
    let mut anyone = Author::over(
        Range::open().await,
        Attack::new("TH-07", "OCSPSigning from an authority that permits any name"),
    )
    .await;
    anyone.refused(&profile("CN={{SerialNumber}}", &[], &[OCSP_SIGNING]), OCSP_SIGNING).await;
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
        author.refused(&manifest, authority).await;
        let root = object(
            "TrustedRootProfile",
            "theirs",
            &json!({
                "platform": "AndroidEnterpriseCorporate",
                "certificate": { "authorityName": authority },
                "assignments": { "include": [{ "allDevices": true }] },
            }),
        );
        author.refused(&root, authority).await;
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
        let sound =
            profile("CN={{SerialNumber}},O=Example", &[("DNS", "{{DeviceName}}.example.com")], &[CLIENT]);
        let served = author.put(&sound, Mode::DryRun).await;
        assert!(matches!(served, Ok(PutOutcome::Applied(_))), "{served:#?}");
        author
    }

    async fn refused_each(mut self, names: impl Iterator<Item = (&str, Vec<(&str, &str)>)>) {
        for (subject, names) in names {
            self.refused(&profile(subject, &names, &[CLIENT]), &format!("{subject} {names:?}")).await;
        }
        self.end().await;
    }

    /// The object is refused, by a rule.
    async fn refused(&mut self, manifest: &Value, what: &str) {
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
        let about_names = ["AUT-", "SID-", "SAN-", "SUB-", "VAR-", "EKU-"];
        let is_about_names = |rule: &String| about_names.iter().any(|area| rule.starts_with(area));
        assert!(rules.iter().any(is_about_names), "{what}: {rules:?}");
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
            "platform": "AndroidEnterpriseCorporate",
            "certificateType": if names_users { "User" } else { "Device" },
            "subjectNameFormat": subject,
            "subjectAlternativeNames": names,
            "validityPeriod": { "value": 10, "unit": "Days" },
            "keyUsages": ["DigitalSignature"],
            "keySize": 2048,
            "rootCertificateRef": { "name": "root" },
            "extendedKeyUsages": usages,
            "scepServerURLs": ["https://scep.example.com/scep/default"],
            "assignments": { "include": [{ "group": "scanners" }] },
        }),
    )
}
