//! The hosts of URIs.

use url::Url;

use super::domain::Domain;

/// The host of a URI: a fully qualified domain name that stands, as it is read, right after `scheme://`. A URI without one must be
/// refused where URIs are constrained (RFC 5280 §4.2.1.10); so is one whose host readers could see elsewhere.
pub(super) fn host(text: &str) -> Option<Domain> {
    let uri = Url::parse(text).ok()?;
    let host = Domain::read(uri.host_str()?).filter(Domain::is_fully_qualified)?;
    let start = format!("{}://{host}", uri.scheme());
    let (written, rest) = text.split_at_checked(start.len())?;
    let is_plain = written.eq_ignore_ascii_case(&start) && text.bytes().all(|byte| byte.is_ascii_graphic());
    (is_plain && (rest.is_empty() || rest.starts_with([':', '/', '?', '#']))).then_some(host)
}
