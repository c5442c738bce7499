//! TH-14, TH-46 and TH-48: what an issuer is started with.

use std::fs;
use std::path::Path;
use std::process::Command;

use scepter_tests::{Failure, Issued, Scepter, Scratch, run};

use crate::range::{BADGE, CONFIGURATION, Range};
use crate::secrecy::arguments;
use crate::sender::Sender;
use crate::table::Attack;

#[tokio::test]
async fn th_14_a_key_with_two_roles_stops_the_start() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-14",
        "one key that signs replies and opens envelopes, serves TLS, or is two authorities'",
    );
    let made = range.up.data().join("authorities/default");
    let file = |name: &str| format!("{{file: '{}'}}", made.join(name).display());
    let authority = |name: &str, decryption: &str, ra: &str| {
        format!(
            "- name: {name}\n  certificateChain: {}\n  signingKey: {}\n  ra: {{signingKey: {}, decryptionKey: {}, \
             certificates: {}}}\n  permitted: [{{any: true}}]\n",
            file("ca.pem"),
            file("ca.key"),
            file("ra-signing.key"),
            file(decryption),
            file(ra)
        )
    };
    let signing_certificate = fs::read_to_string(made.join("ra.pem")).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    let signing_certificate = &signing_certificate[..signing_certificate.find(end).unwrap() + end.len()];
    fs::write(made.join("ra-twice.pem"), signing_certificate.repeat(2)).unwrap();
    let tls = format!(
        "listeners:\n  scepTLS: {{address: \"127.0.0.1:0\", tls: {{certificateChain: {}, key: {}}}}}\n",
        file("ra.pem"),
        file("ra-signing.key")
    );
    let sound = authority("default", "ra-decryption.key", "ra.pem");
    let configurations = [
        format!("authorities:\n{}", authority("default", "ra-signing.key", "ra-twice.pem")),
        format!("{tls}authorities:\n{sound}"),
        format!("authorities:\n{sound}{}", sound.replace("name: default", "name: second")),
    ];
    for configuration in configurations {
        let scratch = Scratch::new("roles").unwrap();
        let said = does_not_start(&scratch, &scratch.join("data"), &headed(&configuration));
        assert!(said.contains("key"), "{said}");
        attack.tried();
    }
    attack.saw("no start; the error names both roles");
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_46_a_laboratory_stays_on_loopback_and_a_lost_authority_is_not_made_anew() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-46",
        "the laboratory CA on 0.0.0.0; one key file lost; a volume that was not mounted",
    );
    let scratch = Scratch::new("laboratory").unwrap();
    let mut command = Scepter::command().unwrap();
    command.args(["issuer", "--scep-address", "0.0.0.0:0", "--data"]).arg(scratch.join("data"));
    let exposed = run(&mut command, b"").unwrap_err().to_string();
    assert!(exposed.contains("loopback"), "{exposed}");
    attack.tried();

    Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    for lost in ["authorities/default/ca.key", "authorities/default/ra-decryption.key", "authorities/default"]
    {
        let scratch = Scratch::new("lost").unwrap();
        let data = scratch.join("data");
        run(Command::new("cp").arg("-a").arg(range.up.data()).arg(&data), b"").unwrap();
        run(Command::new("rm").arg("-r").arg(data.join(lost)), b"").unwrap();
        let said = does_not_start(&scratch, &data, CONFIGURATION);
        assert!(said.contains("restore"), "{lost}: {said}");
        attack.tried();
    }
    attack.saw("no start; the error says what to restore");
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_48_a_made_authority_signs_no_authority_below_it() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-48", "the CA that `create` makes, and what it issues");
    let root = fs::read_to_string(range.up.data().join("authorities/default/ca.pem")).unwrap();
    assert_eq!(Issued::new(root).extension("basicConstraints").unwrap(), "critical, CA:TRUE, pathlen:0");
    let device = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    let issued = Issued::from_der(&device.certificate).unwrap();
    assert_eq!(issued.extension("basicConstraints").unwrap(), "critical, CA:FALSE");
    attack.tried();
    attack.saw("pathLen 0; CA:FALSE");
    range.conclude(attack, 1).await;
}

fn headed(configuration: &str) -> String {
    format!("apiVersion: config.scepter.dev/v1alpha1\nkind: IssuerConfiguration\n{configuration}")
}

/// What an issuer says that ends instead of serving.
fn does_not_start(scratch: &Scratch, data: &Path, configuration: &str) -> String {
    let configuration = scratch.write("issuer.yaml", configuration).unwrap();
    let mut issuer = Scepter::start(arguments(data, &configuration), &scratch.join("issuer.log")).unwrap();
    match issuer.await_line("ready") {
        Err(Failure::Ended { log_tail, .. }) => log_tail,
        other => panic!("an end, not {other:?}"),
    }
}
