//! Whether two samples of durations come from one distribution.

/// The median of a sample.
pub(crate) fn median(sample: &[f64]) -> f64 {
    centile(50, sample)
}

/// What so many percent of a sample, fewer than 100, do not exceed.
pub(crate) fn centile(percent: usize, sample: &[f64]) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() * percent / 100]
}

/// Welch's t of two samples.
pub(crate) fn welch(one: &[f64], other: &[f64]) -> f64 {
    let ((mean_1, error_1), (mean_2, error_2)) = (moments(one), moments(other));
    (mean_1 - mean_2) / (error_1 + error_2).sqrt().max(f64::MIN_POSITIVE)
}

/// The mean, and the square of its standard error.
fn moments(sample: &[f64]) -> (f64, f64) {
    #[allow(clippy::cast_precision_loss, reason = "samples have far less than 2^52 members")]
    let count = sample.len() as f64;
    let mean = sample.iter().sum::<f64>() / count;
    let variance = sample.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, variance / count)
}

#[test]
fn samples_apart_by_their_spread_differ_and_a_sample_is_like_itself() {
    let one: Vec<f64> = (0..100).map(|step| f64::from(step % 10)).collect();
    let other: Vec<f64> = one.iter().map(|value| value + 3.0).collect();
    assert!(welch(&one, &one).abs() < 1e-9);
    assert!(welch(&one, &other) < -4.5, "{}", welch(&one, &other));
    assert!((median(&other) - 8.0).abs() < 1e-9);
    assert!((centile(90, &one) - 9.0).abs() < 1e-9);
}
