//! The first token: an issuer that has none makes one for its admin, and says where.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_issuer_api::client::ClientFile;
use scepter_policy::identity::Owner;
use scepter_store::Store;
use scepter_store::tokens::{Reach, Scope, Token};
use url::Url;

use super::StartError;
use super::data::{DataDirectory, write_private};
use crate::secret::Split;

/// The name of the first token, and so of the owner of all that is declared with it.
const ADMIN: &str = "admin";

/// Makes the first token where there is none, and writes how to use it: `admin.token` and `client.yaml`.
pub(super) async fn ensure(
    store: &Store,
    data: &DataDirectory,
    api: &Url,
    now: Timestamp,
) -> Result<(), StartError> {
    if store.tokens().await?.is_empty() {
        make(store, data, now).await?;
    }
    write_client(data, api)
}

/// The file comes first: a token whose file was lost could never be used, and never be made again.
async fn make(store: &Store, data: &DataDirectory, now: Timestamp) -> Result<(), StartError> {
    let secret = Split::random().map_err(|_| StartError::NoRandomness)?;
    let path = data.token();
    write_private(&path, format!("{}\n", secret.expose()).as_bytes())
        .map_err(|source| StartError::Data { path, source })?;
    let token = Token {
        id: secret.id().to_owned(),
        owner: Owner::new(ADMIN)?,
        name: ADMIN.to_owned(),
        scopes: BTreeSet::from([Scope::Admin]),
        reach: Reach::AllNamespaces,
        expires_at: None,
    };
    store.create_token(&token, &secret.secret(), now).await?;
    Ok(())
}

/// The port may be another one at each start.
fn write_client(data: &DataDirectory, api: &Url) -> Result<(), StartError> {
    let (path, token) = (data.client(), data.token());
    let unusable = |source| StartError::Data { path: path.clone(), source };
    let Some(name) = token.file_name().filter(|_| token.exists()) else { return Ok(()) };
    let file = ClientFile { server: api.clone(), token_file: name.into(), ca_file: None };
    let text = serde_saphyr::to_string(&file).map_err(|error| unusable(std::io::Error::other(error)))?;
    write_private(&path, text.as_bytes()).map_err(unusable)
}
