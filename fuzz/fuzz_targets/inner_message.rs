//! What is in an envelope, for a message of each type, behind a good signature and the right key. The first byte chooses the
//! type; the others are the plaintext.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_fuzz::{content_key, envelope, verified};
use scepter_scep::{Algorithms, MessageType, Verified};

const TYPES: [MessageType; 5] = [
    MessageType::PkcsReq,
    MessageType::RenewalReq,
    MessageType::CertPoll,
    MessageType::GetCert,
    MessageType::GetCrl,
];

fuzz_target!(|input: &[u8]| {
    let Some((choice, plaintext)) = input.split_first() else { return };
    let message_type = TYPES[usize::from(*choice) % TYPES.len()];
    let key = content_key(16);
    match verified(message_type, &envelope(plaintext)).expect("only the plaintext is not ours") {
        Verified::Enrollment(sealed) | Verified::Renewal(sealed) => {
            let Ok(request) = sealed.open(&key) else { return };
            let Ok(proven) = request.verify(&Algorithms::default()) else { return };
            assert_eq!(proven.der(), plaintext);
        }
        Verified::CertPoll(sealed) => {
            let Ok(asked) = sealed.open(&key) else { return };
            assert!(plaintext.ends_with(asked.subject_der()));
        }
        Verified::GetCert(sealed) | Verified::GetCrl(sealed) => {
            let Ok(asked) = sealed.open(&key) else { return };
            assert!(plaintext.ends_with(asked.serial_number()));
        }
    }
});
