//! Pure numbers in, numbers out: resampling, intervals, corrections.
