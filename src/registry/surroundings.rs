//! What a run happens in: the time, the repository, and the variables that shape programs.

use crate::runner;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// The variables that are recorded: those that change what numeric programs compute, and none that could
/// hold a secret.
pub const VARIABLES: [&str; 20] = [
    "BLIS_NUM_THREADS",
    "CONDA_DEFAULT_ENV",
    "CUBLAS_WORKSPACE_CONFIG",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "JAX_PLATFORMS",
    "LANG",
    "LC_ALL",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTHONHASHSEED",
    "RAYON_NUM_THREADS",
    "SLURM_JOB_ID",
    "TF_DETERMINISTIC_OPS",
    "TOKENIZERS_PARALLELISM",
    "TORCH_NUM_THREADS",
    "TZ",
    "XLA_FLAGS",
];

/// The time in UTC: `2026-11-20T09:30:00Z`.
pub fn now() -> String {
    runner::utc(SystemTime::now())
}

/// The day of such a time.
pub fn day(time: &str) -> &str {
    time.split('T').next().unwrap_or(time)
}

/// Where a git repository stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Git {
    /// The commit checked out.
    pub commit: String,
    /// Whether files differ from it, seals and what runs write left out.
    pub dirty: bool,
}

/// The repository that a folder lies in; `None` where it lies in none, or git isn't there.
pub fn git(folder: &Path) -> Option<Git> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let ask = |args: &[&str]| {
        let asked = Command::new("git")
            .arg("-C")
            .arg(folder)
            .args(args)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .output()
            .ok()
            .filter(|o| o.status.success())?;
        String::from_utf8(asked.stdout).ok()
    };
    let commit = ask(&["rev-parse", "--verify", "HEAD"])?.trim().to_owned();
    let status = ask(&["status", "--porcelain"])?;
    let own = |line: &&str| {
        let path = line.get(3..).unwrap_or_default().trim_matches('"');
        path.contains(".bench/") || path.ends_with(".bench.lock") || path.ends_with(".lock.sig")
    };
    Some(Git {
        commit,
        dirty: status.lines().any(|line| !own(&line)),
    })
}

/// The variables of `VARIABLES` that are set.
pub fn environment() -> BTreeMap<String, String> {
    let set = VARIABLES.iter().filter_map(|name| {
        let value = std::env::var(name).ok()?;
        Some(((*name).to_owned(), value))
    });
    set.collect()
}
