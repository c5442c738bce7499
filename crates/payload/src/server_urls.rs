//! The order of a profile's servers on one device (URL-05 … URL-07).

use scepter_policy::profile::Profile;

use crate::RenderError;

/// A profile's URLs in the order in which one device is given them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerUrls(Vec<String>);

impl ServerUrls {
    /// As the profile has them: what `scepter resolve` shows.
    pub fn as_written(profile: &Profile) -> Self {
        Self(profile.scep_server_urls.clone())
    }

    /// In the order of one number drawn for each, so that the servers share the devices. Android devices draw themselves
    /// (URL-07); theirs stay as written. `draw` gives 64 random bits.
    pub fn draw<E>(profile: &Profile, mut draw: impl FnMut() -> Result<u64, E>) -> Result<Self, E> {
        if profile.platform.is_android() {
            return Ok(Self::as_written(profile));
        }
        let drawn = profile.scep_server_urls.iter().map(|url| Ok((draw()?, url.clone())));
        let mut drawn = drawn.collect::<Result<Vec<_>, E>>()?;
        drawn.sort_by_key(|(number, _)| *number);
        Ok(Self(drawn.into_iter().map(|(_, url)| url).collect()))
    }

    /// All of them, in order.
    pub fn all(&self) -> &[String] {
        &self.0
    }

    /// The one for a device that takes only one (URL-06).
    pub(crate) fn first(&self) -> Result<&str, RenderError> {
        self.0.first().map(String::as_str).ok_or(RenderError::NoServer)
    }
}
