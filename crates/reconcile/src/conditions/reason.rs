//! The closed words of conditions.

/// Defines an enum whose words are written exactly as its variants.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$word_meta])* $word),+ }

        impl $name {
            /// Every word.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word as a status shows it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => stringify!($word)),+ }
            }
        }
    };
}

words! {
    /// The types of condition.
    ConditionType {
        /// The object is valid, its references are resolved, and the issuer serves it as it is now.
        Ready,
        /// The spec breaks no rule.
        Accepted,
        /// Everything that the spec refers to is there and fits.
        ResolvedRefs,
        /// The issuer serves this generation.
        Programmed,
        /// No device has failed.
        DevicesHealthy,
        /// Work goes on by itself; only while true.
        Reconciling,
        /// Nothing changes until somebody acts; only while true.
        Stalled,
    }
}

words! {
    /// Whether a condition holds.
    Truth {
        /// It does.
        True,
        /// It does not.
        False,
        /// Nobody can say.
        Unknown,
    }
}

words! {
    /// Why a condition is as it is.
    Reason {
        /// Nothing was looked at yet.
        Pending,
        /// The spec breaks no rule.
        Accepted,
        /// The spec breaks a rule that needs nothing but the spec.
        Invalid,
        /// An earlier question was answered with no.
        NotAsked,
        /// Every reference is met.
        ResolvedRefs,
        /// The `TrustedRootProfile` is not there.
        RootNotFound,
        /// The `TrustedRootProfile` was refused itself.
        RootInvalid,
        /// The `TrustedRootProfile` cannot serve this profile.
        RootUnsuitable,
        /// The root does not anchor the authority.
        RootMismatch,
        /// The `ConfigMap` or its key is not there.
        ConfigMapNotFound,
        /// The issuer serves this generation.
        Programmed,
        /// The plan takes away more than the budget, and waits for approval.
        AwaitingApproval,
        /// The object is suspended.
        Suspended,
        /// The issuer refuses the spec: its authority, or what it has, forbids.
        RefusedByIssuer,
        /// The issuer cannot be reached; this is tried again.
        IssuerUnreachable,
        /// The issuer refuses to talk about the object; see the message.
        IssuerError,
        /// The object is being deleted.
        Deleting,
        /// Nobody is assigned.
        NoDevices,
        /// No device has failed.
        DevicesHealthy,
        /// A device has failed, or its certificate has expired.
        DevicesFailing,
    }
}
