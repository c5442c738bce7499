//! What the cryptography of one enrolment costs by itself: the limit that `make bench` holds the issuer to.
//!
//! The operations are those of a request with RSA-2048 keys that is granted: two signatures of the device's are verified,
//! its envelope is opened, its certificate is signed and looked at, the answer's content key is wrapped, and the answer is
//! signed. CPU time of a thread is measured, so that a busy machine changes little: first with the other cores left alone, then with
//! every core at it at once, with the same keys. Cores share caches, power and, where they are virtual, pipelines, so
//! that the second costs more; an issuer under load works like that.

#![expect(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::num::NonZeroUsize;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
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

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// How often each operation is repeated.
const REPETITIONS: u32 = 500;
/// As long as what is signed and verified in an enrolment.
const MESSAGE: [u8; 1024] = [7; 1024];

fn main() -> Result<(), Failure> {
    let keys = Keys::generate()?;
    let alone = Costs::measure(&keys)?;
    for (what, cost) in [
        ("rsa-2048-sign", alone.sign),
        ("rsa-2048-verify", alone.verify),
        ("rsa-2048-open", alone.open),
        ("rsa-2048-wrap", alone.wrap),
        ("p256-sign", alone.curve_sign),
        ("p256-verify", alone.curve_verify),
        ("enrollment-with-rsa-2048-ca", alone.with_rsa_ca()),
        ("enrollment-with-p256-ca", alone.with_p256_ca()),
    ] {
        print(what, cost);
    }
    let everywhere = on_all_cores(&keys)?;
    print("enrollment-with-rsa-2048-ca-all-cores", mean(&everywhere, Costs::with_rsa_ca));
    print("enrollment-with-p256-ca-all-cores", mean(&everywhere, Costs::with_p256_ca));
    Ok(())
}

fn print(what: &str, cost: Duration) {
    println!("{what}\t{:.4} ms", cost.as_secs_f64() * 1000.0);
}

/// Measures on as many threads as there are cores, all at once.
fn on_all_cores(keys: &Keys) -> Result<Vec<Costs>, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let together = Barrier::new(cores);
    thread::scope(|scope| {
        let measure = || {
            together.wait();
            Costs::measure(keys)
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(measure)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?).collect()
    })
}

fn mean(costs: &[Costs], cost: fn(&Costs) -> Duration) -> Duration {
    costs.iter().map(cost).sum::<Duration>() / u32::try_from(costs.len()).unwrap_or(u32::MAX)
}

/// The keys of a CA, its RA and a device, which all threads share as they do in an issuer.
struct Keys {
    random: SystemRandom,
    signing: KeyPair,
    opener: Pkcs1PrivateDecryptingKey,
    recipient: PublicKeyX509Der<'static>,
    curve: EcdsaKeyPair,
}

impl Keys {
    fn generate() -> Result<Self, Failure> {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048)?;
        Ok(Self {
            random: SystemRandom::new(),
            signing: KeyPair::generate(KeySize::Rsa2048)?,
            recipient: private.public_key().as_der()?,
            opener: Pkcs1PrivateDecryptingKey::new(private)?,
            curve: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING)?,
        })
    }

    fn sign(&self, signature: &mut [u8]) -> Result<(), Failure> {
        Ok(self.signing.sign(&RSA_PKCS1_SHA256, &self.random, &MESSAGE, signature)?)
    }

    fn verify(&self, signature: &[u8]) -> Result<(), Failure> {
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.signing.public_key());
        Ok(public.verify(&MESSAGE, signature)?)
    }

    fn wrap(&self, wrapped: &mut [u8]) -> Result<(), Failure> {
        let public = Pkcs1PublicEncryptingKey::new(PublicEncryptingKey::from_der(self.recipient.as_ref())?)?;
        public.encrypt(&[7; 32], wrapped)?;
        Ok(())
    }

    fn open(&self, wrapped: &[u8], plaintext: &mut [u8]) -> Result<(), Failure> {
        self.opener.decrypt(wrapped, plaintext)?;
        Ok(())
    }

    fn curve_verify(&self, signature: &[u8]) -> Result<(), Failure> {
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, self.curve.public_key());
        Ok(public.verify(&MESSAGE, signature)?)
    }
}

/// The CPU time of each operation.
struct Costs {
    sign: Duration,
    verify: Duration,
    open: Duration,
    wrap: Duration,
    curve_sign: Duration,
    curve_verify: Duration,
}

impl Costs {
    fn measure(keys: &Keys) -> Result<Self, Failure> {
        let mut signature = vec![0; keys.signing.public_modulus_len()];
        let mut wrapped = vec![0; keys.opener.key_size_bytes()];
        let mut plaintext = vec![0; keys.opener.min_output_size()];
        let curve_signature = keys.curve.sign(&keys.random, &MESSAGE)?;
        Ok(Self {
            sign: time(|| keys.sign(&mut signature))?,
            verify: time(|| keys.verify(&signature))?,
            wrap: time(|| keys.wrap(&mut wrapped))?,
            open: time(|| keys.open(&wrapped, &mut plaintext))?,
            curve_sign: time(|| Ok(keys.curve.sign(&keys.random, &MESSAGE).map(|_| ())?))?,
            curve_verify: time(|| keys.curve_verify(curve_signature.as_ref()))?,
        })
    }

    fn with_rsa_ca(&self) -> Duration {
        self.without_ca() + self.sign + self.verify
    }

    fn with_p256_ca(&self) -> Duration {
        self.without_ca() + self.curve_sign + self.curve_verify
    }

    fn without_ca(&self) -> Duration {
        self.verify * 2 + self.open + self.wrap + self.sign
    }
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
