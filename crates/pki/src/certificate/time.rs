//! Times in certificates: whole seconds, `UTCTime` through 2049 and `GeneralizedTime` from 2050 (RFC 5280 §4.1.2.5).

use std::time::Duration;

use der::asn1::GeneralizedTime;
use der::{DateTime, ErrorKind, Tag};
use jiff::Timestamp;
use x509_cert::time::Time;

/// The whole second that a time falls in. Times before 1970 have no form.
pub(crate) fn to_time(time: Timestamp) -> Result<Time, der::Error> {
    Ok(whole_second(time)?.into())
}

/// The same as `GeneralizedTime` in every year, as OCSP has it.
pub(crate) fn to_generalized_time(time: Timestamp) -> Result<GeneralizedTime, der::Error> {
    Ok(GeneralizedTime::from_date_time(whole_second(time)?))
}

fn whole_second(time: Timestamp) -> Result<DateTime, der::Error> {
    let seconds = u64::try_from(time.as_second()).map_err(|_| ErrorKind::DateTime)?;
    DateTime::from_unix_duration(Duration::from_secs(seconds))
}

/// The time that a certificate names.
pub(crate) fn to_timestamp(time: Time) -> Result<Timestamp, der::Error> {
    let out_of_range = || Tag::GeneralizedTime.value_error();
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| out_of_range())?;
    Timestamp::from_second(seconds).map_err(|_| out_of_range().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> Time {
        to_time(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_last_second_of_2049_is_utc_time_and_the_next_is_generalized_time() {
        assert!(matches!(encoded("2049-12-31T23:59:59Z"), Time::UtcTime(_)));
        assert!(matches!(encoded("2050-01-01T00:00:00Z"), Time::GeneralTime(_)));
    }

    #[test]
    fn a_fraction_of_a_second_is_cut_off() {
        let whole = "2026-11-24T06:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(to_timestamp(encoded("2026-11-24T06:00:00.999Z")).unwrap(), whole);
    }

    #[test]
    fn a_time_before_1970_is_refused() {
        assert!(to_time(Timestamp::MIN).is_err());
    }
}
