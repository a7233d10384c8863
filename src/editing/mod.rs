//! What an editor asks of a plan while it is typed, as plain data: what a name is, what may stand at a place, where
//! things are named, how they are coloured, what can be mended.
//!
//! Places are byte offsets of a file of the analysis; turning them into an editor's positions is left to `lsp`. Nothing
//! here fails: in a plan that is half typed there is less to say. Start with [`Document`].

mod actions;
mod complete;
mod extract;
mod hints;
mod hover;
mod layout;
mod names;
mod place;
mod signature;
mod structure;
mod tokens;

pub use actions::{Action, actions};
pub use complete::{Completion, CompletionKind, complete};
pub use extract::{Extraction, extractions};
pub use hints::{Hint, Lens, Link, hints, lenses, links};
pub use hover::{Hover, hover};
pub use layout::{layout, layout_typed};
pub use names::{RenameError, declaration, references, renamable, rename};
pub use signature::{Call, Signature, call};
pub use structure::{Symbol, SymbolKind, folds, selections, symbols};
pub use tokens::{Class, Token, tokens};

use crate::analysis::Analysis;
use crate::syntax::ast;
use crate::text::{FileId, Span};

/// A file of an analysis.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What is known of the plan that the file is part of.
    pub analysis: &'a Analysis,
    /// Which file.
    pub file: FileId,
}

impl<'a> Document<'a> {
    /// The plan's own file.
    pub fn root(analysis: &'a Analysis) -> Self {
        Document {
            analysis,
            file: analysis.plan.root,
        }
    }

    /// Its text.
    pub fn text(&self) -> &'a str {
        let file = self.analysis.sources.get(self.file);
        file.map_or("", |f| &f.text)
    }

    /// Its syntax tree.
    fn tree(&self) -> Option<&'a ast::File> {
        let mut modules = self.analysis.modules.iter();
        modules.find(|m| m.file == self.file).map(|m| &*m.ast)
    }

    /// Its items.
    fn items(&self) -> &'a [ast::Item] {
        self.tree().map_or(&[], |t| &t.items)
    }

    fn has(&self, span: Span) -> bool {
        span.file == self.file
    }
}
