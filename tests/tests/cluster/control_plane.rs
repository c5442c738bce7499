//! The control plane does what the tests of the operator rely on.

use scepter_tests::{Cluster, Failure, Namespace};

#[test]
fn the_server_is_ready_and_knows_its_version() -> Result<(), Failure> {
    let kubectl = Cluster::shared()?.kubectl();
    assert_eq!(kubectl.run(&["get", "--raw=/readyz"])?, "ok");
    let version = kubectl.json(&["version"])?["serverVersion"]["gitVersion"].clone();
    assert!(version.as_str().is_some_and(|version| version.starts_with("v1.")), "{version}");
    Ok(())
}

#[test]
fn a_deleted_namespace_takes_its_objects_along_and_is_gone() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::shared()?)?;
    namespace.kubectl().run(&["create", "configmap", "left-behind"])?;
    namespace.kubectl().run(&["delete", "namespace", namespace.name(), "--timeout=60s"])?;
    let gone = namespace.kubectl().run(&["get", "namespace", namespace.name()]).unwrap_err().to_string();
    assert!(gone.contains("NotFound"), "{gone}");
    Ok(())
}

#[test]
fn an_object_is_collected_when_its_owner_is_gone() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::shared()?)?;
    let kubectl = namespace.kubectl();
    kubectl.run(&["create", "configmap", "owner"])?;
    let owner = kubectl.run(&["get", "configmap", "owner", "-o", "jsonpath={.metadata.uid}"])?;
    kubectl.apply(&format!(
        "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: owned, ownerReferences: \
         [{{apiVersion: v1, kind: ConfigMap, name: owner, uid: {owner}}}]}}}}"
    ))?;
    kubectl.run(&["delete", "configmap", "owner"])?;
    kubectl.run(&["wait", "--for=delete", "configmap/owned", "--timeout=60s"])?;
    Ok(())
}

#[test]
fn a_service_account_gets_a_token_that_the_server_accepts() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::shared()?)?;
    let kubectl = namespace.kubectl();
    kubectl.run(&["create", "serviceaccount", "operator"])?;
    let token = kubectl.run(&["create", "token", "operator", "--audience=scepter"])?;
    let review = format!(
        "{{apiVersion: authentication.k8s.io/v1, kind: TokenReview, spec: {{token: {token}, audiences: [scepter]}}}}"
    );
    let mut create = kubectl.command();
    create.args(["create", "-f", "-", "-o", "jsonpath={.status.user.username}"]);
    let user = scepter_tests::run(&mut create, review.as_bytes())?;
    assert_eq!(user, format!("system:serviceaccount:{}:operator", namespace.name()));
    Ok(())
}
