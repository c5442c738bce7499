//! What somebody may have meant.

/// The longest word that is compared: longer ones are no misspellings.
const MAX_LENGTH: usize = 64;

/// The word that is most like this one, if any is like it at all; case does not count.
pub(super) fn closest<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > MAX_LENGTH {
        return None;
    }
    let lower = word.to_lowercase();
    let furthest = 1 + lower.chars().count() / 4;
    let distance = |candidate: &str| strsim::osa_distance(&lower, &candidate.to_lowercase());
    among
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= furthest)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: [&str; 4] = ["keySize", "keyUsages", "scepServerURLs", "subjectNameFormat"];

    #[test]
    fn a_misspelt_word_is_recognised_and_a_foreign_one_is_not() {
        for (word, meant) in [
            ("keysize", Some("keySize")),
            ("keyUsage", Some("keyUsages")),
            ("scepServerUrls", Some("scepServerURLs")),
            ("subjectNameFromat", Some("subjectNameFormat")),
            ("replicas", None),
            ("", None),
        ] {
            assert_eq!(closest(word, FIELDS.into_iter()), meant, "{word}");
        }
    }
}
