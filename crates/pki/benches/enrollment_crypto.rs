//! What the cryptography of one enrolment costs by itself: the limit that `make bench` holds the issuer to.
//!
//! The operations are those of a request with RSA-2048 keys that is granted: two signatures of the device's are verified,
//! its envelope is opened, its certificate is signed and looked at, the answer's content key is wrapped, and the answer is
//! signed. CPU time of this thread is measured, so that a busy machine changes little.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::time::Duration;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{
    KeyPair, KeySize, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey,
};
use rustix::time::{ClockId, clock_gettime};

type Failure = Box<dyn std::error::Error>;

/// How often each operation is repeated.
const REPETITIONS: u32 = 500;
/// As long as what is signed and verified in an enrolment.
const MESSAGE: [u8; 1024] = [7; 1024];

fn main() -> Result<(), Failure> {
    let random = SystemRandom::new();
    let signing = KeyPair::generate(KeySize::Rsa2048)?;
    let mut signature = vec![0; signing.public_modulus_len()];
    let sign = time(|| Ok(signing.sign(&RSA_PKCS1_SHA256, &random, &MESSAGE, &mut signature)?))?;
    let public = signing.public_key().as_ref();
    let verify = time(|| {
        Ok(UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(&MESSAGE, &signature)?)
    })?;

    let private = PrivateDecryptingKey::generate(KeySize::Rsa2048)?;
    let spki = private.public_key().as_der()?;
    let opener = Pkcs1PrivateDecryptingKey::new(private)?;
    let mut wrapped = vec![0; opener.key_size_bytes()];
    let wrap = time(|| {
        let key = Pkcs1PublicEncryptingKey::new(PublicEncryptingKey::from_der(spki.as_ref())?)?;
        key.encrypt(&[7; 32], &mut wrapped)?;
        Ok(())
    })?;
    let mut plaintext = vec![0; opener.min_output_size()];
    let open = time(|| Ok(opener.decrypt(&wrapped, &mut plaintext).map(|_| ())?))?;

    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random)?;
    let curve = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref())?;
    let curve_sign = time(|| Ok(curve.sign(&random, &MESSAGE).map(|_| ())?))?;
    let signature = curve.sign(&random, &MESSAGE)?;
    let curve_public = curve.public_key().as_ref();
    let curve_verify = time(|| {
        Ok(UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, curve_public)
            .verify(&MESSAGE, signature.as_ref())?)
    })?;

    let without_ca = verify * 2 + open + wrap + sign;
    for (what, cost) in [
        ("rsa-2048-sign", sign),
        ("rsa-2048-verify", verify),
        ("rsa-2048-open", open),
        ("rsa-2048-wrap", wrap),
        ("p256-sign", curve_sign),
        ("p256-verify", curve_verify),
        ("enrollment-with-rsa-2048-ca", without_ca + sign + verify),
        ("enrollment-with-p256-ca", without_ca + curve_sign + curve_verify),
    ] {
        println!("{what}\t{:.4} ms", cost.as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// The CPU time of one repetition.
fn time(mut operation: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    operation()?;
    let began = thread_time();
    for _ in 0..REPETITIONS {
        operation()?;
    }
    Ok(thread_time().saturating_sub(began) / REPETITIONS)
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}
