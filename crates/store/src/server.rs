//! The way to a PostgreSQL server: within this machine, or to nobody but that server (decision 0286).

use std::net::IpAddr;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

/// The parameter of a URL, which the driver knows by either name.
const SSL_MODE: [&str; 2] = ["sslmode", "ssl-mode"];

/// A URL by which no server can be reached safely.
#[derive(Debug)]
pub(crate) enum UnsafeServer {
    /// The driver does not understand it.
    Url(sqlx::Error),
    /// It asks for a mode that takes others for the server, with or without TLS.
    Mode {
        /// The server.
        host: String,
        /// The mode.
        mode: String,
    },
}

/// The URL by which the driver reaches the server. Beyond this machine, the server proves by its certificate that it is the
/// one that the URL names, unless the URL says that it need not: whoever answers for a store decides what is issued.
pub(crate) fn protected(url: &Url) -> Result<Url, UnsafeServer> {
    let options = PgConnectOptions::from_str(url.as_str()).map_err(UnsafeServer::Url)?;
    let mode = url.query_pairs().filter(|(name, _)| SSL_MODE.contains(&name.as_ref())).last();
    if is_local(&options) {
        return Ok(url.clone());
    }
    let Some((_, mode)) = mode else {
        let mut url = url.clone();
        url.query_pairs_mut().append_pair(SSL_MODE[0], "verify-full");
        return Ok(url);
    };
    match options.get_ssl_mode() {
        PgSslMode::Disable | PgSslMode::VerifyFull => Ok(url.clone()),
        // The driver takes any certificate where it is required, and with `verify-ca` any public one for any name.
        PgSslMode::Allow | PgSslMode::Prefer | PgSslMode::Require | PgSslMode::VerifyCa => {
            Err(UnsafeServer::Mode { host: options.get_host().to_owned(), mode: mode.into_owned() })
        }
    }
}

/// Whether the server is reached by a socket or the loopback interface. A name but `localhost` may be anybody's.
fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached_by(url: &str) -> Result<String, String> {
        match protected(&url.parse().unwrap()) {
            Ok(url) => Ok(url.to_string()),
            Err(UnsafeServer::Mode { mode, .. }) => Err(mode),
            Err(UnsafeServer::Url(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn a_server_of_this_machine_is_reached_as_the_url_says() {
        for url in [
            "postgres://scepter@localhost/store",
            "postgres://scepter@127.0.0.1:5433/store",
            "postgres://scepter@localhost/store?host=::1",
            "postgres://scepter@db.example.com/store?host=/run/postgresql",
            "postgres://scepter@%2Frun%2Fpostgresql/store",
            "postgres://scepter@localhost/store?sslmode=prefer",
        ] {
            assert_eq!(reached_by(url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn a_server_elsewhere_has_to_prove_who_it_is() {
        for (url, way) in [
            (
                "postgres://scepter@db.example.com/store",
                "postgres://scepter@db.example.com/store?sslmode=verify-full",
            ),
            (
                "postgres://192.0.2.7/store?user=scepter",
                "postgres://192.0.2.7/store?user=scepter&sslmode=verify-full",
            ),
            ("postgres://localhost/store?host=db", "postgres://localhost/store?host=db&sslmode=verify-full"),
            (
                "postgres://localhost/store?hostaddr=192.0.2.7",
                "postgres://localhost/store?hostaddr=192.0.2.7&sslmode=verify-full",
            ),
            (
                "postgres://localhost.example.com/store",
                "postgres://localhost.example.com/store?sslmode=verify-full",
            ),
        ] {
            assert_eq!(reached_by(url).as_deref(), Ok(way));
        }
    }

    #[test]
    fn a_mode_that_takes_others_for_the_server_is_refused() {
        for mode in ["disable", "verify-full"] {
            let url = format!("postgres://scepter@db.example.com/store?sslmode={mode}");
            assert_eq!(reached_by(&url), Ok(url));
        }
        for mode in ["allow", "prefer", "Prefer", "require", "verify-ca"] {
            for name in SSL_MODE {
                let url =
                    format!("postgres://scepter@db.example.com/store?sslmode=verify-full&{name}={mode}");
                assert_eq!(reached_by(&url), Err(mode.to_owned()));
            }
        }
    }
}
