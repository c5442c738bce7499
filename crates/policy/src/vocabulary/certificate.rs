//! Words about the certificate and its key.

use super::vocabulary;

vocabulary! {
    /// Whether a certificate names a user or a device; decides which variables may be used (VAR-03, VAR-04).
    CertificateType {
        /// User and device variables.
        User = "User",
        /// Device variables only.
        Device = "Device",
    }
}

vocabulary! {
    /// The kinds of subject alternative name that a profile may ask for (SAN-01).
    SanType {
        /// rfc822Name.
        Email = "Email",
        /// User principal name: otherName 1.3.6.1.4.1.311.20.2.3.
        Upn = "UPN",
        /// dNSName.
        Dns = "DNS",
        /// uniformResourceIdentifier.
        Uri = "URI",
    }
}

vocabulary! {
    /// Key usages that a profile may ask for (KU-01).
    KeyUsage {
        /// digitalSignature, bit 0.
        DigitalSignature = "DigitalSignature",
        /// keyEncipherment, bit 2.
        KeyEncipherment = "KeyEncipherment",
    }
}

vocabulary! {
    /// Where a Windows device keeps the key (KSP-01).
    KeyStorageProvider {
        /// TPM if present, otherwise software.
        TpmOrSoftware = "TPMOrSoftware",
        /// TPM, otherwise fail.
        TpmOrFail = "TPMOrFail",
        /// Windows Hello for Business, otherwise fail.
        WindowsHelloOrFail = "WindowsHelloOrFail",
        /// Software.
        Software = "Software",
    }
}

vocabulary! {
    /// Hash families that a device may sign its request with.
    HashAlgorithm {
        /// SHA-1; weak.
        Sha1 = "SHA1",
        /// The SHA-2 family.
        Sha2 = "SHA2",
    }
}

vocabulary! {
    /// Unit of a validity period.
    ValidityUnit {
        /// Days of 24 hours.
        Days = "Days",
        /// Calendar months.
        Months = "Months",
        /// Calendar years.
        Years = "Years",
    }
}

/// RSA key sizes that a profile may ask for, in bits (KEY-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub enum KeySize {
    /// 1024 bits; weak (KEY-04).
    Bits1024,
    /// 2048 bits; what an unconfigured size means (KEY-05).
    Bits2048,
    /// 4096 bits.
    Bits4096,
}

impl KeySize {
    /// The size in bits.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Bits1024 => 1024,
            Self::Bits2048 => 2048,
            Self::Bits4096 => 4096,
        }
    }
}

impl From<KeySize> for i32 {
    fn from(size: KeySize) -> Self {
        match size {
            KeySize::Bits1024 => 1024,
            KeySize::Bits2048 => 2048,
            KeySize::Bits4096 => 4096,
        }
    }
}

impl TryFrom<i32> for KeySize {
    type Error = UnsupportedKeySize;

    fn try_from(bits: i32) -> Result<Self, Self::Error> {
        match bits {
            1024 => Ok(Self::Bits1024),
            2048 => Ok(Self::Bits2048),
            4096 => Ok(Self::Bits4096),
            other => Err(UnsupportedKeySize(other)),
        }
    }
}

/// A key size outside KEY-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("KEY-01: a key size of {0} bits is not offered; write 1024, 2048 or 4096, or leave keySize out")]
pub struct UnsupportedKeySize(pub i32);
