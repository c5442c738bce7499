//! A profile's subject: whatever is written, parsing ends, and what was accepted is printed so that it reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_policy::name::SubjectTemplate;

fuzz_target!(|text: &str| {
    let Ok((subject, _)) = SubjectTemplate::parse(text) else { return };
    let printed = subject.to_string();
    let (read_again, _) = SubjectTemplate::parse(&printed).expect("an accepted subject is printed as one");
    assert_eq!(read_again.to_string(), printed, "from {text:?}");
    assert_eq!(read_again.rdns().len(), subject.rdns().len(), "{text:?} printed as {printed:?}");
});
