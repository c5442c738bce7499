//! Tokens.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use scepter_policy::issuance::Secret;
use scepter_store::tokens::{Reach, Scope, Token};

use crate::world::World;

fn token(world: &World, id: &str, name: &str) -> Token {
    Token {
        id: id.into(),
        owner: "cluster-1".parse().unwrap(),
        name: name.into(),
        scopes: BTreeSet::from([Scope::Device]),
        reach: Reach::Namespaces(BTreeSet::from(["team-a".parse().unwrap()])),
        expires_at: Some(world.now + SignedDuration::from_hours(1)),
    }
}

pub(crate) async fn a_token_opens_with_its_secret_until_it_expires(world: World) {
    let (token, secret) = (token(&world, "t1", "mdm"), Secret::new("right"));
    world.store.create_token(&token, &secret, world.now).await.unwrap();
    let end = token.expires_at.unwrap();
    assert_eq!(world.store.token("t1", &secret, world.now).await.unwrap(), Some(token.clone()));
    assert_eq!(world.store.token("t1", &Secret::new("wrong"), world.now).await.unwrap(), None);
    assert_eq!(world.store.token("t2", &secret, world.now).await.unwrap(), None);
    assert_eq!(world.store.token("t1", &secret, end).await.unwrap(), None);
    assert!(token.reach.includes(&"team-a".parse().unwrap()));
    assert!(!token.reach.includes(&"team-b".parse().unwrap()));
}

pub(crate) async fn a_deleted_token_opens_nothing(world: World) {
    let secret = Secret::new("right");
    world.store.create_token(&token(&world, "t1", "mdm"), &secret, world.now).await.unwrap();
    assert!(world.store.delete_token("mdm", world.now).await.unwrap());
    assert!(!world.store.delete_token("mdm", world.now).await.unwrap());
    assert_eq!(world.store.token("t1", &secret, world.now).await.unwrap(), None);
    assert_eq!(world.store.tokens().await.unwrap(), []);
}

pub(crate) async fn two_tokens_cannot_have_one_name(world: World) {
    let secret = Secret::new("right");
    world.store.create_token(&token(&world, "t1", "mdm"), &secret, world.now).await.unwrap();
    assert!(world.store.create_token(&token(&world, "t2", "mdm"), &secret, world.now).await.is_err());
    assert_eq!(world.store.token("t2", &secret, world.now).await.unwrap(), None);
}
