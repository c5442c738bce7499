//! Which known word a misspelt one probably means.

/// Longer words are no misspelling of anything known, and are not compared.
const LONGEST: usize = 64;

/// The known word that differs least from `written`, whatever its case, if a third of its letters or fewer differ.
pub fn nearest<'a, T>(written: &str, known: impl IntoIterator<Item = (&'a str, T)>) -> Option<T> {
    if written.len() > LONGEST {
        return None;
    }
    let wanted = written.to_ascii_lowercase();
    let distances =
        known.into_iter().map(|(word, meant)| (distance(&wanted, &word.to_ascii_lowercase()), meant));
    distances
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= written.len().div_ceil(3))
        .map(|(_, meant)| meant)
}

/// Levenshtein's distance between two short texts.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.bytes().enumerate() {
            let substituted = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(written: &str) -> Option<&'static str> {
        nearest(written, ["model", "manufacturer"].map(|word| (word, word)))
    }

    #[test]
    fn a_misspelt_word_suggests_the_one_that_was_meant() {
        assert_eq!(meant("modle"), Some("model"));
        assert_eq!(meant("Manufacturr"), Some("manufacturer"));
    }

    #[test]
    fn a_word_that_resembles_none_suggests_none() {
        assert_eq!(meant("colour"), None);
        assert_eq!(meant("x"), None);
        assert_eq!(meant(&"model".repeat(100)), None);
    }
}
