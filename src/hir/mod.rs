//! The resolved and typed plan: names bound, imports and inheritance applied, formulas and
//! conditions typed.
//!
//! [`resolve`] never fails: it yields what could be understood and a list of errors. An item with a
//! part that could not be read is marked `broken`, so that no check concludes anything from its
//! absence. Reading files is left to `analysis`; what the plan implies is left to `graph` and
//! `checks`. Start with [`model`], then [`resolve`].

mod ablations;
mod broken;
mod claims;
mod compares;
mod conditions;
mod datasets;
mod decisions;
mod errors;
mod factorials;
mod folds;
pub mod formula;
mod formulas;
mod groups;
mod inside;
mod items;
mod judges;
mod label_units;
mod limits;
mod meaning;
mod metric_refs;
mod metrics;
pub mod model;
mod native_calls;
pub mod natives;
mod outputs;
mod protocols;
mod reads;
mod rows;
pub mod schema;
mod scope;
mod serves;
mod show;
mod slices;
mod stdlib;
mod stops;
mod survey;
mod systems;
pub mod template;
mod uncertainty;
mod values;
mod variants;
pub mod vocabulary;

pub use errors::{CODES, HirError, diagnose};
pub use groups::whole_bins;
pub use meaning::{Meaning, RULE_ORDER, meaning};
pub use model::*;
pub use native_calls::usage as native_usage;
pub use reads::Reads;
pub use stdlib::{library, library_names};

use crate::syntax::ast;
use crate::text::FileId;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One parsed file with what its `use "file"` items were loaded as.
#[derive(Debug, Clone)]
pub struct Module {
    /// Its id in the source map.
    pub file: FileId,
    /// `std.classification`, or the path of a plan file.
    pub name: String,
    /// The syntax tree.
    pub ast: Arc<ast::File>,
    /// File as written in `use "file"` → index of its module; absent where it could not be read
    /// (reported by the loader).
    pub files: BTreeMap<String, usize>,
}

/// Resolves the plan in `modules[0]`; the other modules are the library modules and files it uses.
pub fn resolve(modules: &[Module]) -> (Plan, Vec<HirError>) {
    resolve_unless(modules, &|| false).unwrap_or_default()
}

/// The same; `None` where `stop` says between two items that nobody waits for the rest.
pub fn resolve_unless(
    modules: &[Module],
    stop: &dyn Fn() -> bool,
) -> Option<(Plan, Vec<HirError>)> {
    let expansions = OnceCell::new();
    let mut r = scope::Resolver::new(modules, &expansions, stop);
    r.declare_all();
    r.resolve_items()?;
    r.resolve_systems()?;
    r.resolve_claims()?;
    r.resolve_waivers();
    Some(r.finish())
}
