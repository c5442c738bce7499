//! The query string of a SCEP request (RFC 8894 §4.1), read as clients write it.
//!
//! It is not a form: macOS and others leave the `+` of base64 as it is, which a form decoder turns into a blank. And some
//! client libraries turn it into a blank themselves, wrap lines, drop the padding or use the URL alphabet.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use crate::Limits;

/// What is asked over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// The capabilities (§3.5).
    GetCaCaps,
    /// The CA's certificates (§4.2).
    GetCaCert,
    /// The certificates of the next CA (§4.7).
    GetNextCaCert,
    /// A pkiMessage (§4.3).
    PkiOperation,
}

impl Operation {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GetCaCaps => "GetCACaps",
            Self::GetCaCert => "GetCACert",
            Self::GetNextCaCert => "GetNextCACert",
            Self::PkiOperation => "PKIOperation",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::GetCaCaps, Self::GetCaCert, Self::GetNextCaCert, Self::PkiOperation]
            .into_iter()
            .find(|known| known.as_str() == name)
    }
}

/// Why a query string is refused: answer with HTTP 400. Terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// Longer than [`Limits::query`].
    #[error("the query is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// An operation that RFC 8894 does not define.
    #[error("the operation is unknown; SCEP has GetCACaps, GetCACert, GetNextCACert and PKIOperation")]
    UnknownOperation,
    /// `operation` or `message` is there twice.
    #[error("a parameter is there more than once")]
    Repeated,
    /// A GET request for PKIOperation brings no message.
    #[error("the message is missing")]
    MessageMissing,
    /// The message is not base64 in percent-encoding.
    #[error("the message is not base64")]
    NotBase64,
}

/// A query string: its operation, and its message as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    operation: Option<Operation>,
    message: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Takes a raw query string apart. Parameters other than `operation` and `message` are passed over.
    pub fn parse(raw: &'a str, limits: &Limits) -> Result<Self, BadQuery> {
        if raw.len() > limits.query {
            return Err(BadQuery::TooLong { limit: limits.query });
        }
        let operation = parameter(raw, "operation")?;
        let operation = operation.map(|name| Operation::from_name(name).ok_or(BadQuery::UnknownOperation));
        Ok(Self { operation: operation.transpose()?, message: parameter(raw, "message")? })
    }

    /// The operation. A POST without one means PKIOperation (§4.3).
    pub fn operation(&self) -> Option<Operation> {
        self.operation
    }

    /// The bytes of the pkiMessage that a GET request carries. For GetCACert and GetCACaps the parameter is free text
    /// (`default` from Windows), which nobody reads.
    pub fn pki_message(&self) -> Result<Vec<u8>, BadQuery> {
        let encoded = percent_decoded(self.message.ok_or(BadQuery::MessageMissing)?)?;
        let base64: Vec<u8> = encoded.into_iter().filter_map(standard_base64).collect();
        LENIENT_BASE64.decode(base64).map_err(|_| BadQuery::NotBase64)
    }
}

/// Base64 whose padding may be missing.
const LENIENT_BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The one value of a parameter.
fn parameter<'a>(raw: &'a str, name: &str) -> Result<Option<&'a str>, BadQuery> {
    let mut values = raw.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
    match (values.next(), values.next()) {
        (first, None) => Ok(first.map(|(_, value)| value)),
        (_, Some(_)) => Err(BadQuery::Repeated),
    }
}

fn percent_decoded(text: &str) -> Result<Vec<u8>, BadQuery> {
    let mut octets = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(octet) = octets.next() {
        decoded.push(match octet {
            b'%' => {
                let mut digit = || octets.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = digit().zip(digit()).ok_or(BadQuery::NotBase64)?;
                u8::try_from(high << 4 | low).map_err(|_| BadQuery::NotBase64)?
            }
            plain => plain,
        });
    }
    Ok(decoded)
}

/// An octet of the standard alphabet for one as clients send it; `None` for a line break.
fn standard_base64(octet: u8) -> Option<u8> {
    match octet {
        b'\r' | b'\n' | b'\t' => None,
        b' ' | b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(value: &str) -> Result<Vec<u8>, BadQuery> {
        let raw = format!("operation=PKIOperation&message={value}");
        Query::parse(&raw, &Limits::default())?.pki_message()
    }

    #[test]
    fn operations_are_known_by_their_exact_names() {
        let operation = |raw| Query::parse(raw, &Limits::default()).map(|query| query.operation());
        assert_eq!(operation("operation=GetCACaps&message=default"), Ok(Some(Operation::GetCaCaps)));
        assert_eq!(operation("message=0&operation=GetCACert"), Ok(Some(Operation::GetCaCert)));
        assert_eq!(operation("operation=GetNextCACert"), Ok(Some(Operation::GetNextCaCert)));
        assert_eq!(operation(""), Ok(None));
        assert_eq!(operation("operation=GetCAChain"), Err(BadQuery::UnknownOperation));
        assert_eq!(operation("operation="), Err(BadQuery::UnknownOperation));
        assert_eq!(operation("operation=GetCACaps&operation=PKIOperation"), Err(BadQuery::Repeated));
    }

    #[test]
    fn free_text_instead_of_a_message_does_no_harm() {
        let query = Query::parse("operation=GetCACert&message=default", &Limits::default());
        assert_eq!(query.unwrap().operation(), Some(Operation::GetCaCert));
    }

    #[test]
    fn a_message_is_read_however_its_base64_is_written() {
        // 0xfb 0xff 0xfe is "+//+" in the standard alphabet.
        for spelling in ["%2B%2F%2f%2B", "+//+", " // ", "%20//%20", "-__-", "+/%0A/+%0D%0A", "%2B//-"] {
            assert_eq!(message(spelling), Ok(vec![0xfb, 0xff, 0xfe]), "{spelling:?}");
        }
        for padding in ["AA==", "AA%3D%3D", "AA", "AA="] {
            assert_eq!(message(padding), Ok(vec![0]), "{padding:?}");
        }
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for value in ["A", "%", "%4", "%zz", "AA=A", "AA*A", "ÄÖ"] {
            assert_eq!(message(value), Err(BadQuery::NotBase64), "{value:?}");
        }
        let none = Query::parse("operation=PKIOperation", &Limits::default()).unwrap();
        assert_eq!(none.pki_message(), Err(BadQuery::MessageMissing));
    }

    #[test]
    fn a_query_beyond_the_limit_is_refused() {
        let limits = Limits { query: 10, ..Limits::default() };
        assert_eq!(Query::parse("message=AAA", &limits), Err(BadQuery::TooLong { limit: 10 }));
    }

    proptest! {
        #[test]
        fn every_message_survives_every_way_of_writing_it(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            way in 0..5_usize,
        ) {
            let standard = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let written = match way {
                0 => standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
                1 => standard.replace('+', " "),
                2 => standard.trim_end_matches('=').to_owned(),
                3 => standard.replace('+', "-").replace('/', "_"),
                _ => standard.bytes().flat_map(|octet| format!("%{octet:02x}%0A").into_bytes()).map(char::from).collect(),
            };
            prop_assert_eq!(message(&written), Ok(bytes));
        }

        #[test]
        fn no_query_makes_it_panic(raw in ".*") {
            let _ = Query::parse(&raw, &Limits::default()).and_then(|query| query.pki_message());
        }
    }
}
