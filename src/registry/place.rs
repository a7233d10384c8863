//! Where a plan's seal, ledger and reports lie.

use std::path::{Path, PathBuf};

/// A plan's file and the folder beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The plan's file.
    pub plan: PathBuf,
}

impl Place {
    /// Of the plan in a file.
    pub fn of(plan: &Path) -> Self {
        Place {
            plan: plan.to_path_buf(),
        }
    }

    /// The plan's name in the ledger: its file's.
    pub fn name(&self) -> String {
        let name = self.plan.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// The plan's folder.
    pub fn project(&self) -> &Path {
        self.plan.parent().unwrap_or(Path::new(""))
    }

    /// `.bench` beside the plan, which all plans of a folder share.
    pub fn folder(&self) -> PathBuf {
        self.project().join(".bench")
    }

    /// A path as the ledger has it: from the plan's folder where it lies below.
    pub fn below(&self, path: &Path) -> String {
        let below = path.strip_prefix(self.project()).unwrap_or(path);
        let parts: Vec<_> = below.iter().map(|p| p.to_string_lossy()).collect();
        if below.is_absolute() {
            below.display().to_string()
        } else {
            parts.join("/")
        }
    }
}
