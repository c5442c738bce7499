//! An assignment filter: whatever is written, parsing ends, an error names a place in the text, and what was accepted is
//! printed so that it reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scepter_policy::filter::Filter;
use scepter_policy::vocabulary::Platform;

fuzz_target!(|text: &str| match Filter::parse(text, Platform::Windows10AndLater) {
    Ok(filter) => {
        let printed = filter.to_string();
        // Blanks that the printing adds can make a long filter too long.
        if printed.chars().count() > Filter::MAX_LENGTH {
            return;
        }
        let read_again = Filter::parse(&printed, Platform::Windows10AndLater);
        assert_eq!(read_again.as_ref(), Ok(&filter), "{text:?} printed as {printed:?}");
    }
    Err(error) => assert!(text.is_char_boundary(error.offset), "{error} in {text:?}"),
});
