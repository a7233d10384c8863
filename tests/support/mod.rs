//! What several integration tests share.

pub mod native;
pub mod oracle;
pub mod pipeline;
pub mod result;
