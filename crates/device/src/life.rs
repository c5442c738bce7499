//! A device's visit: check in, trust roots, enroll, report.

use std::time::SystemTime;

use scepter_issuer_api::client::Client;
use scepter_issuer_api::{
    CheckIn, DeviceReport, IssuerError, PendingProfile, ProfileDelivery, ReportedOutcome, RootDelivery,
};
use scepter_policy::identity::{DeviceId, Namespace, ObjectName};
use scepter_scep::Secret;
use url::Url;

use crate::enrollment::{EnrollError, Ticket, enroll};
use crate::key::DeviceKey;
use crate::transport::{ScepServer, Trust};

/// A simulated device.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Speaks to the issuer's API as the MDM would on this device's behalf.
    pub mdm: Client,
    /// The device's namespace.
    pub namespace: Namespace,
    /// The device.
    pub device: DeviceId,
    /// Reach the SCEP server here instead of at the host of the profile's URL, as a laboratory's DNS would arrange.
    pub via: Option<Url>,
    /// TLS roots for the SCEP server.
    pub trust: Trust,
}

/// What one visit brought.
#[derive(Debug)]
pub struct Visit {
    /// An outcome for each profile that was delivered.
    pub outcomes: Vec<VisitOutcome>,
    /// Profiles that wait.
    pub pending: Vec<PendingProfile>,
}

/// What became of one delivered profile.
#[derive(Debug)]
pub struct VisitOutcome {
    /// The profile.
    pub profile: ObjectName,
    /// The certificate in DER, or why there is none.
    pub result: Result<Vec<u8>, EnrollError>,
}

/// Why a visit was cut short.
#[derive(Debug, thiserror::Error)]
pub enum LifeError {
    /// The issuer's API gave no answer.
    #[error(transparent)]
    Issuer(#[from] IssuerError),
    /// The making of a key was interrupted.
    #[error("making a key was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Simulated {
    /// One visit.
    pub async fn live(&self) -> Result<Visit, LifeError> {
        let delivery = self.check_in().await?;
        let mut outcomes = Vec::new();
        for profile in &delivery.profiles {
            let result = self.enroll(profile).await?;
            self.report(profile, &result).await?;
            outcomes.push(VisitOutcome {
                profile: profile.profile.clone(),
                result: result.map(|enrollment| enrollment.certificate),
            });
        }
        Ok(Visit { outcomes, pending: delivery.pending })
    }

    /// What it needs to enroll for one profile, and where; `None` where it is to ask for nothing.
    pub async fn invitation(&self, profile: &ObjectName) -> Result<Option<(Url, Ticket)>, IssuerError> {
        let delivery = self.check_in().await?;
        let wanted = delivery.profiles.iter().find(|delivery| delivery.profile == *profile);
        Ok(wanted.and_then(|delivery| self.addresses(delivery).next().map(|url| (url, ticket(delivery)))))
    }

    /// Roots come first: a profile is delivered only after its root was reported, so a device that installs roots checks in
    /// a second time, as Intune's clients do.
    async fn check_in(&self) -> Result<CheckIn, IssuerError> {
        let delivery = self.mdm.check_in(&self.namespace, &self.device).await?;
        if self.trust_roots(&delivery.roots).await? {
            return self.mdm.check_in(&self.namespace, &self.device).await;
        }
        Ok(delivery)
    }

    /// Installs and reports the roots that are not installed yet; whether there were any.
    async fn trust_roots(&self, roots: &[RootDelivery]) -> Result<bool, IssuerError> {
        let mut any = false;
        for root in roots.iter().filter(|root| !root.installed) {
            let report =
                DeviceReport::Root { profile: root.profile.clone(), outcome: ReportedOutcome::Installed };
            self.mdm.report_from_device(&self.namespace, &self.device, &report).await?;
            any = true;
        }
        Ok(any)
    }

    async fn enroll(
        &self,
        delivery: &ProfileDelivery,
    ) -> Result<Result<crate::Enrollment, EnrollError>, LifeError> {
        let bits = delivery.key_size;
        let key = tokio::task::spawn_blocking(move || DeviceKey::generate(bits)).await?;
        Ok(match key {
            Ok(key) => self.try_urls(delivery, &key).await,
            Err(fault) => Err(fault.into()),
        })
    }

    /// Tries the URLs in order and stays with the first that answers (URL-05, URL-07).
    async fn try_urls(
        &self,
        delivery: &ProfileDelivery,
        key: &DeviceKey,
    ) -> Result<crate::Enrollment, EnrollError> {
        let ticket = ticket(delivery);
        let mut last = None;
        for url in self.addresses(delivery) {
            let server = ScepServer::new(url, &self.trust)?;
            match enroll(&server, &ticket, key, SystemTime::now()).await {
                Err(EnrollError::Transport(error)) => last = Some(error),
                other => return other,
            }
        }
        Err(last.map_or(EnrollError::NoUrl, EnrollError::Transport))
    }

    /// Where it reaches the delivery's URLs, in their order.
    fn addresses(&self, delivery: &ProfileDelivery) -> impl Iterator<Item = Url> {
        delivery.urls.iter().filter_map(|url| Url::parse(url).ok()).map(|url| self.route(url))
    }

    fn route(&self, url: Url) -> Url {
        match &self.via {
            Some(via) => {
                let mut routed = via.clone();
                routed.set_path(url.path());
                routed.set_query(url.query());
                routed
            }
            None => url,
        }
    }

    async fn report(
        &self,
        delivery: &ProfileDelivery,
        result: &Result<crate::Enrollment, EnrollError>,
    ) -> Result<(), IssuerError> {
        let (serial_number, outcome) = match result {
            Ok(enrollment) => (Some(enrollment.serial_number.clone()), ReportedOutcome::Installed),
            Err(error) => (None, ReportedOutcome::Failed(error.to_string().chars().take(256).collect())),
        };
        let report = DeviceReport::Certificate {
            profile: delivery.profile.clone(),
            association: delivery.association.clone(),
            serial_number,
            outcome,
        };
        self.mdm.report_from_device(&self.namespace, &self.device, &report).await
    }
}

fn ticket(delivery: &ProfileDelivery) -> Ticket {
    Ticket {
        challenge: Secret::new(delivery.challenge.clone()),
        subject_der: delivery.subject_der.clone(),
        san_der: delivery.san_der.clone(),
        key_usages: delivery.key_usages.clone(),
        extended_key_usages: delivery.extended_key_usages.clone(),
        ca_thumbprint: Some(delivery.ca_thumbprint.clone()),
    }
}
