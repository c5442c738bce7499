//! What a path of the SCEP listener names.

/// What is asked for, by path. Paths are matched as clients write them: the case of a well-known tail differs, and
/// Windows appends `/pkiclient.exe` to whatever it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// SCEP with that authority.
    Scep(&'a str),
    /// SCEP with the default authority: the paths that RFC 8894 §4.1 and NDES made usual.
    DefaultScep,
    /// `/crl/{authority}.crl`.
    RevocationList(&'a str),
    /// `/ocsp/{authority}`, and what a GET asks after it.
    Ocsp(&'a str, &'a str),
    /// `/ca/{authority}.cer`.
    CaCertificate(&'a str),
}

impl<'a> Target<'a> {
    /// Reads a path; nothing where it is none of ours.
    pub(super) fn of(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        let (first, rest) = path.split_once('/')?;
        match first {
            "scep" => {
                let name = rest.split('/').next().unwrap_or_default();
                (!name.is_empty()).then_some(Self::Scep(name))
            }
            "crl" => rest.strip_suffix(".crl").map(Self::RevocationList),
            "ocsp" => {
                let (name, request) = rest.split_once('/').unwrap_or((rest, ""));
                (!name.is_empty()).then_some(Self::Ocsp(name, request))
            }
            "ca" => rest.strip_suffix(".cer").map(Self::CaCertificate),
            _ => is_usual(path).then_some(Self::DefaultScep),
        }
    }
}

/// `/cgi-bin/pkiclient.exe` and `/certsrv/mscep/mscep.dll`, the latter with anything after it.
fn is_usual(path: &str) -> bool {
    const NDES: &str = "certsrv/mscep/mscep.dll";
    let begins_as_ndes = path.get(..NDES.len()).is_some_and(|start| start.eq_ignore_ascii_case(NDES));
    let ends_there = path.as_bytes().get(NDES.len()).is_none_or(|next| *next == b'/');
    path.eq_ignore_ascii_case("cgi-bin/pkiclient.exe") || (begins_as_ndes && ends_there)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_named_by_its_path_whatever_a_client_appends() {
        for path in ["/scep/default", "/scep/default/", "/scep/default/pkiclient.exe", "/scep/default/a/b"] {
            assert_eq!(Target::of(path), Some(Target::Scep("default")), "{path}");
        }
    }

    #[test]
    fn the_usual_paths_reach_the_default_authority_in_any_case() {
        for path in [
            "/cgi-bin/pkiclient.exe",
            "/CGI-BIN/PKIClient.EXE",
            "/certsrv/mscep/mscep.dll",
            "/CertSrv/mscep/MSCEP.dll/pkiclient.exe",
        ] {
            assert_eq!(Target::of(path), Some(Target::DefaultScep), "{path}");
        }
    }

    #[test]
    fn what_is_published_is_named_by_its_authority() {
        assert_eq!(Target::of("/crl/default.crl"), Some(Target::RevocationList("default")));
        assert_eq!(Target::of("/ca/default.cer"), Some(Target::CaCertificate("default")));
    }

    #[test]
    fn an_ocsp_request_stands_after_its_authority_with_slashes_of_its_own() {
        assert_eq!(Target::of("/ocsp/default"), Some(Target::Ocsp("default", "")));
        assert_eq!(Target::of("/ocsp/default/MFE/a//b"), Some(Target::Ocsp("default", "MFE/a//b")));
        assert_eq!(Target::of("/ocsp/default//MFE"), Some(Target::Ocsp("default", "/MFE")));
    }

    #[test]
    fn any_other_path_names_nothing() {
        for path in [
            "",
            "/",
            "/scep",
            "/scep/",
            "/crl/default",
            "/ocsp",
            "/ocsp/",
            "/ca/x",
            "/certsrv/mscep/mscep.dllx",
            "/api/v1",
        ] {
            assert_eq!(Target::of(path), None, "{path}");
        }
    }
}
