//! Pure numbers in, numbers out: random streams, resampling, intervals, corrections.
//!
//! Nothing here knows the language, files or the number of threads; every result depends on the
//! arguments alone. Data errors are for the callers: what cannot be answered comes back as `None`
//! or an enum, never as a NaN. Start with [`resample`] (what is drawn), then [`interval`] (what is
//! claimed from it); [`random`] says how a seed becomes a stream.

pub mod alias;
pub mod aliasing;
pub mod analytic;
pub mod binomial;
pub mod blocks;
pub mod bradley_terry;
pub mod cells;
pub mod coins;
pub mod copies;
pub mod correlation;
pub mod delong;
pub mod effects;
pub mod factorial;
pub mod friedman;
pub mod gamma;
pub mod interval;
pub mod jackknife;
pub mod law;
pub mod multiple;
pub mod normal;
pub mod order;
pub mod power;
pub mod proportion;
pub mod quantile;
pub mod random;
pub mod ranks;
pub mod replicates;
pub mod resample;
pub mod response;
pub mod sequential;
pub mod significance;
pub mod sum;
pub mod summary;
pub mod two_samples;
