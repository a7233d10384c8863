//! Sizes as checks may use them: declared ones, for a check opens no file.

use crate::hir::{DataRef, Plan};
use crate::power::sizes::{Reads, units};
pub(super) use crate::power::sizes::{Units, runs};

/// The rows and clusters of a dataset or partition, as declared.
pub(super) fn declared<'a>(plan: &'a Plan, data: &DataRef) -> Units<'a> {
    units(plan, &Reads::new(), data)
}
