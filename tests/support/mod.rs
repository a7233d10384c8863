//! What several integration tests share.

pub mod copied;
pub mod coverage;
pub mod csv_file;
pub mod native;
pub mod oracle;
pub mod pipeline;
pub mod result;
