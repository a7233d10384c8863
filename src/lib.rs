//! benchwright: a compiler, checker and runner for `.bench`, a declarative language for
//! machine-learning evaluation plans.
//!
//! Phases are modules, named after what they yield; a module may use only modules of a lower floor.
//! `docs/architecture.md` is the map, and a test holds the modules to it.

pub mod analysis;
pub mod audit;
pub mod checks;
pub mod cli;
pub mod data;
pub mod diagnostic;
pub mod draft;
pub mod exec;
pub mod export;
pub mod format;
pub mod graph;
pub mod hir;
pub mod infer;
pub mod metrics;
pub mod power;
pub mod quick;
pub mod reference;
pub mod registry;
pub mod render;
pub mod report;
pub mod result;
pub mod runner;
pub mod stats;
pub mod syntax;
pub mod text;
pub mod types;
pub mod verdict;
