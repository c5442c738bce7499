//! Who sends, as far as an address can tell.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

use crate::configuration::{ForwardedHeader, Limits};

/// A client's address. Of IPv6 only the /64 counts: that is what one subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

/// The reverse proxies whose word is taken, and how they say it.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    networks: Vec<IpNet>,
    header: ForwardedHeader,
}

impl Proxies {
    /// As configured.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { networks: limits.trusted_proxies.clone(), header: limits.forwarded_header }
    }

    /// Whether it is one of ours.
    pub(crate) fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Who sent a request: each of our proxies names the one before it, from the right, and the first that is none of ours
    /// is the client. What stands further left is what that client says, so it is never read (TH-21).
    pub(crate) fn source(&self, peer: IpAddr, headers: &HeaderMap) -> Source {
        let mut hop = peer;
        let mut named = self.named(headers);
        while self.is_trusted(hop) {
            match named.next().flatten() {
                Some(before) => hop = before,
                None => break,
            }
        }
        hop.into()
    }

    /// The addresses in the header, the last proxy's word first; `None` for what is no address.
    fn named<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = Option<IpAddr>> + 'a {
        headers
            .get_all(self.header_name())
            .iter()
            .rev()
            .flat_map(|value| value.to_str().unwrap_or_default().rsplit(','))
            .map(|element| match self.header {
                ForwardedHeader::XForwardedFor => address(element),
                ForwardedHeader::Forwarded => address(forwarded_for(element)?),
            })
    }

    fn header_name(&self) -> HeaderName {
        match self.header {
            ForwardedHeader::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            ForwardedHeader::Forwarded => header::FORWARDED,
        }
    }
}

/// The `for` of one element of `Forwarded` (RFC 7239 §4).
fn forwarded_for(element: &str) -> Option<&str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named.next().map(|(_, value)| value.trim().trim_matches('"'))
}

/// An address as proxies write it: alone, with a port, or in brackets.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(header: ForwardedHeader) -> Proxies {
        let networks = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap()).to_vec();
        Proxies { networks, header }
    }

    fn source(header: ForwardedHeader, peer: &str, lines: &[&str]) -> Source {
        let proxies = behind(header);
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(proxies.header_name(), line.parse().unwrap());
        }
        proxies.source(peer.parse().unwrap(), &headers)
    }

    fn at(address: &str) -> Source {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_address_of_ipv6_counts_as_its_64_and_a_mapped_one_as_ipv4() {
        assert_eq!(at("2001:db8:1:2:3:4:5:6"), at("2001:db8:1:2::9"));
        assert_ne!(at("2001:db8:1:2::1"), at("2001:db8:1:3::1"));
        assert_eq!(at("::ffff:192.0.2.1"), at("192.0.2.1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }

    #[test]
    fn what_a_stranger_says_of_itself_is_not_read() {
        let said = source(ForwardedHeader::XForwardedFor, "192.0.2.1", &["198.51.100.7"]);
        assert_eq!(said, at("192.0.2.1"));
    }

    #[test]
    fn the_client_is_the_first_that_is_no_proxy_of_ours_from_the_right() {
        for lines in [
            &["198.51.100.7"][..],
            &["203.0.113.9, 198.51.100.7"],
            &["203.0.113.9,198.51.100.7, 10.0.0.2"],
            &["203.0.113.9", "198.51.100.7:4711", "10.0.0.2"],
            &["garbage, \", 198.51.100.7,fd00::1"],
        ] {
            let source = source(ForwardedHeader::XForwardedFor, "10.0.0.1", lines);
            assert_eq!(source, at("198.51.100.7"), "{lines:?}");
        }
    }

    #[test]
    fn a_proxy_that_names_nobody_is_the_source_itself() {
        for lines in [&[][..], &[""], &["unknown"], &["198.51.100.7, _hidden"]] {
            assert_eq!(
                source(ForwardedHeader::XForwardedFor, "10.0.0.1", lines),
                at("10.0.0.1"),
                "{lines:?}"
            );
        }
        assert_eq!(source(ForwardedHeader::XForwardedFor, "10.0.0.1", &["x, 10.0.0.2"]), at("10.0.0.2"));
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for line in [
            "for=198.51.100.7",
            "For=\"198.51.100.7:47011\";proto=http;by=203.0.113.43",
            "for=203.0.113.9, proto=https; for=198.51.100.7",
            "for=\"a,b\", for=198.51.100.7, for=\"[fd00::5]:80\"",
        ] {
            assert_eq!(source(ForwardedHeader::Forwarded, "10.0.0.1", &[line]), at("198.51.100.7"), "{line}");
        }
        let quoted = source(ForwardedHeader::Forwarded, "10.0.0.1", &["for=\"[2001:db8::17]:4711\""]);
        assert_eq!(quoted, at("2001:db8::1"));
    }

    #[test]
    fn only_the_configured_header_is_read() {
        let proxies = behind(ForwardedHeader::XForwardedFor);
        let mut headers = HeaderMap::new();
        headers.insert(header::FORWARDED, "for=203.0.113.9".parse().unwrap());
        assert_eq!(proxies.source("10.0.0.1".parse().unwrap(), &headers), at("10.0.0.1"));
    }
}
