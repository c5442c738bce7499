//! Words about a device.

use super::vocabulary;

vocabulary! {
    /// How an Android device is managed.
    ManagementMode {
        /// Android Enterprise fully managed.
        FullyManaged = "FullyManaged",
        /// Android Enterprise dedicated: nobody's own device (VAR-06).
        Dedicated = "Dedicated",
        /// Android Enterprise corporate-owned work profile.
        CorporateOwnedWorkProfile = "CorporateOwnedWorkProfile",
        /// Android Enterprise personally owned work profile.
        PersonallyOwnedWorkProfile = "PersonallyOwnedWorkProfile",
        /// Android AOSP with a user.
        UserAffinity = "UserAffinity",
        /// Android AOSP without a user (VAR-06).
        Userless = "Userless",
    }
}

vocabulary! {
    /// How a Windows device is joined to Microsoft Entra (SID-05).
    JoinType {
        /// Entra hybrid joined.
        Hybrid = "Hybrid",
        /// Entra joined.
        Entra = "Entra",
        /// Not joined.
        None = "None",
    }
}

vocabulary! {
    /// Who owns a device; a filter property (ASG-13).
    Ownership {
        /// The organisation's device.
        Corporate = "Corporate",
        /// The user's own device.
        Personal = "Personal",
    }
}
