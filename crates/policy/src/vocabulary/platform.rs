//! Platforms: what a profile is written for (policy-rules §1.1).

use super::vocabulary;

vocabulary! {
    /// The platform of a profile, and of a device's management. One profile has one platform (PLT-01).
    Platform {
        /// Android device administrator; legacy, its support has ended (PLT-03).
        AndroidDeviceAdministrator = "AndroidDeviceAdministrator",
        /// Android Enterprise: fully managed, dedicated, and corporate-owned work profile.
        AndroidEnterpriseCorporate = "AndroidEnterpriseCorporate",
        /// Android Enterprise: personally owned work profile.
        AndroidEnterprisePersonal = "AndroidEnterprisePersonal",
        /// Android Open Source Project devices, with or without a user.
        AndroidAosp = "AndroidAOSP",
        /// iOS and iPadOS.
        Ios = "iOS",
        /// macOS.
        Macos = "macOS",
        /// Windows 10, Windows 11 and Enterprise multi-session.
        Windows10AndLater = "Windows10AndLater",
        /// Windows 8.1; its support has ended (PLT-04).
        Windows81 = "Windows81",
    }
}

impl Platform {
    /// Whether this is one of the four Android platforms.
    pub const fn is_android(self) -> bool {
        match self {
            Self::AndroidDeviceAdministrator
            | Self::AndroidEnterpriseCorporate
            | Self::AndroidEnterprisePersonal
            | Self::AndroidAosp => true,
            Self::Ios | Self::Macos | Self::Windows10AndLater | Self::Windows81 => false,
        }
    }

    /// Whether this is iOS or macOS.
    pub const fn is_apple(self) -> bool {
        matches!(self, Self::Ios | Self::Macos)
    }

    /// Whether this is a Windows platform.
    pub const fn is_windows(self) -> bool {
        matches!(self, Self::Windows10AndLater | Self::Windows81)
    }

    /// Whether a device of it tells what became of a root (docs/decisions/0080). Under Android device administrator the
    /// user installs it by hand, and nobody hears of it.
    pub const fn reports_roots(self) -> bool {
        !matches!(self, Self::AndroidDeviceAdministrator)
    }
}
