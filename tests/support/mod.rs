//! What several tests need.

pub mod result;
