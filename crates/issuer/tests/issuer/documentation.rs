//! What the documentation shows is true.

use scepter_issuer::IssuerConfiguration;

#[test]
fn the_configuration_in_the_operations_guide_is_read_as_it_stands() {
    let guide =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations.md")).unwrap();
    let (_, rest) = guide.split_once("```yaml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("issuer.yaml");
    std::fs::write(&file, example).unwrap();
    let configuration = IssuerConfiguration::read(&file).unwrap();
    assert_eq!(configuration.authorities.len(), 1);
    assert_eq!(configuration.authorities[0].public_urls, ["https://scep.example.com/scep/default"]);
    assert!(configuration.listeners.scep_tls.is_some_and(|listener| listener.tls.is_some()));
}
