//! An alternative name: a template reads as it was printed, and an encoded name is read back as the one that it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_policy::san::GeneralName;
use scepter_policy::template::Template;
use scepter_policy::vocabulary::SanType;

fuzz_target!(|text: &str| {
    if let Ok(template) = Template::parse(text) {
        assert_eq!(Template::parse(&template.to_string()), Ok(template), "{text:?}");
    }
    for kind in [SanType::Email, SanType::Upn, SanType::Dns, SanType::Uri] {
        let name = GeneralName::new(kind, text.to_owned());
        let Ok(der) = GeneralName::encode_all(std::slice::from_ref(&name)) else { continue };
        let read = GeneralName::decode_all(&der).expect("what was encoded is DER");
        assert_eq!((read.known, read.has_foreign), (vec![name], false));
    }
});
