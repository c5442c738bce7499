//! A world on a database of the one server of this binary.

use scepter_store::Location;
use scepter_tests::Postgres;
use url::Url;

use crate::world::World;

impl World {
    /// On a database of its own.
    pub(crate) async fn postgres() -> Self {
        Self::at(Location::Postgres(database(Postgres::shared().unwrap())), None).await
    }
}

/// A new database.
pub(crate) fn database(server: &Postgres) -> Url {
    server.database().unwrap().parse().unwrap()
}
