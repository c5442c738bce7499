//! How a configuration names a key in a token (RFC 7512).

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use percent_encoding::percent_decode_str;

/// `pkcs11:token=TOKEN;object=LABEL?module-path=/lib/module.so&pin-source=file:/run/secrets/pin`: the key with that label
/// in the token with that one, reached through that module, opened with the PIN in that file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenKeyUri {
    /// The token's label.
    pub(super) token: String,
    /// The label of the private key and of its public key.
    pub(super) object: String,
    /// The shared library that speaks PKCS #11.
    pub(super) module: PathBuf,
    /// The file with the user's PIN, and nothing else but one end of line.
    pub(super) pin_file: PathBuf,
}

/// A URI that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{problem}; write pkcs11:token=TOKEN;object=LABEL?module-path=/lib/module.so&pin-source=file:/run/secrets/pin"
)]
pub struct BadTokenKeyUri {
    problem: String,
}

impl FromStr for TokenKeyUri {
    type Err = BadTokenKeyUri;

    fn from_str(text: &str) -> Result<Self, BadTokenKeyUri> {
        let rest = text.strip_prefix("pkcs11:").ok_or_else(|| bad("a key's URI begins with `pkcs11:`"))?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parts = Parts::default();
        for attribute in path.split(';').filter(|attribute| !attribute.is_empty()) {
            parts.take_path(attribute)?;
        }
        for attribute in query.split('&').filter(|attribute| !attribute.is_empty()) {
            parts.take_query(attribute)?;
        }
        parts.whole()
    }
}

impl fmt::Display for TokenKeyUri {
    /// Which key, without where its PIN is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key {} of token {}", self.object, self.token)
    }
}

#[derive(Default)]
struct Parts {
    token: Option<String>,
    object: Option<String>,
    module: Option<String>,
    pin_source: Option<String>,
}

impl Parts {
    fn take_path(&mut self, attribute: &str) -> Result<(), BadTokenKeyUri> {
        let (name, value) = pair(attribute)?;
        match name {
            "token" => set(&mut self.token, name, value),
            "object" => set(&mut self.object, name, value),
            "type" if value == "private" => Ok(()),
            _ => Err(bad(&format!("the attribute {name} is not read"))),
        }
    }

    fn take_query(&mut self, attribute: &str) -> Result<(), BadTokenKeyUri> {
        let (name, value) = pair(attribute)?;
        match name {
            "module-path" => set(&mut self.module, name, value),
            "pin-source" => set(&mut self.pin_source, name, value),
            "pin-value" => Err(bad("a PIN does not stand in a configuration")),
            _ => Err(bad(&format!("the attribute {name} is not read"))),
        }
    }

    fn whole(self) -> Result<TokenKeyUri, BadTokenKeyUri> {
        let missing = |name: &'static str| move || bad(&format!("{name} is missing"));
        let pin_source = self.pin_source.ok_or_else(missing("pin-source"))?;
        Ok(TokenKeyUri {
            token: self.token.ok_or_else(missing("token"))?,
            object: self.object.ok_or_else(missing("object"))?,
            module: self.module.ok_or_else(missing("module-path"))?.into(),
            pin_file: pin_source.strip_prefix("file:").unwrap_or(&pin_source).into(),
        })
    }
}

fn pair(attribute: &str) -> Result<(&str, String), BadTokenKeyUri> {
    let (name, value) =
        attribute.split_once('=').ok_or_else(|| bad("an attribute has the form name=value"))?;
    let value = percent_decode_str(value).decode_utf8().map_err(|_| bad("a value is no UTF-8"))?;
    Ok((name, value.into_owned()))
}

fn set(place: &mut Option<String>, name: &str, value: String) -> Result<(), BadTokenKeyUri> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(bad(&format!("{name} stands twice"))),
    }
}

fn bad(problem: &str) -> BadTokenKeyUri {
    BadTokenKeyUri { problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_token_object_module_and_pin_file() {
        let uri: TokenKeyUri =
            "pkcs11:token=My%20HSM;object=ca;type=private?module-path=/lib/p11.so&pin-source=file:/run/pin"
                .parse()
                .unwrap();
        let expected = TokenKeyUri {
            token: "My HSM".to_owned(),
            object: "ca".to_owned(),
            module: "/lib/p11.so".into(),
            pin_file: "/run/pin".into(),
        };
        assert_eq!(uri, expected);
        assert_eq!(uri.to_string(), "key ca of token My HSM");
    }

    #[test]
    fn what_is_missing_twice_there_or_not_read_is_named() {
        let tail = "?module-path=/m&pin-source=/p";
        for (text, named) in [
            ("file:/ca.key".to_owned(), "pkcs11:"),
            (format!("pkcs11:object=ca{tail}"), "token"),
            (format!("pkcs11:token=t{tail}"), "object"),
            ("pkcs11:token=t;object=o?pin-source=/p".to_owned(), "module-path"),
            ("pkcs11:token=t;object=o?module-path=/m".to_owned(), "pin-source"),
            (format!("pkcs11:token=t;token=u;object=o{tail}"), "twice"),
            (format!("pkcs11:token=t;object=o;serial=1{tail}"), "serial"),
            (format!("pkcs11:token=t;object=o{tail}&pin-value=1234"), "PIN"),
        ] {
            let error = text.parse::<TokenKeyUri>().unwrap_err().to_string();
            assert!(error.contains(named), "{text}: {error}");
        }
    }

    #[test]
    fn a_pin_in_a_uri_is_not_repeated_by_the_error() {
        let text = "pkcs11:token=t;object=o?module-path=/m&pin-value=4711";
        assert!(!text.parse::<TokenKeyUri>().unwrap_err().to_string().contains("4711"));
    }
}
