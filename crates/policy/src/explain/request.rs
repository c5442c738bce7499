//! What the device is asked for, in words: variables, then what else a request can fail on.

use super::{Case, Step, Topic, list, sentence, sentence_of};
use crate::diagnostics::Diagnostic;
use crate::resolve::{VariableValue, values};

/// The variables with what they stand for; where resolving failed on something else, that too.
pub(super) fn steps(case: &Case<'_>, failure: Option<&Diagnostic>) -> Vec<Step> {
    let values = values(case.profile, case.device, case.user);
    let told_already = failure.is_some_and(|failure| {
        values.iter().any(|value| value.value.as_ref().is_err_and(|other| other.rule == failure.rule))
    });
    let mut sentences: Vec<String> = values.iter().map(told).collect();
    if sentences.is_empty() {
        sentences.push("There are none: every device gets the same names.".to_owned());
    }
    let other = failure.filter(|_| !told_already);
    let other = other.map(|failure| Step::new(Topic::Request, vec![sentence_of(failure)]));
    std::iter::once(Step::new(Topic::Variables, sentences)).chain(other).collect()
}

fn told(told: &VariableValue) -> String {
    let VariableValue { variable, holder, places, value } = told;
    let places = list(places);
    match value {
        Ok(value) => {
            sentence(&format!("{variable} in {places} is {value}, the {} of {holder}", variable.attribute()))
        }
        Err(failure) => format!("{} It stands in {places}.", sentence_of(failure)),
    }
}
