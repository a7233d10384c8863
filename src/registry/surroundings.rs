//! What a run happens in: the time, the repository, the machine, and the variables that shape programs.

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
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
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

/// The machine, as far as it tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `linux`, `macos`, `windows`.
    pub os: String,
    /// The kernel's release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// `x86_64`, `aarch64`.
    pub arch: String,
    /// The processor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu: Option<String>,
    /// Cores that the process may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<u64>,
    /// Main memory, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}

/// This machine.
pub fn machine() -> Machine {
    Machine {
        os: std::env::consts::OS.to_owned(),
        release: release(),
        arch: std::env::consts::ARCH.to_owned(),
        cpu: cpu(),
        cores: std::thread::available_parallelism()
            .ok()
            .map(|n| n.get() as u64),
        memory_bytes: memory(),
    }
}

fn release() -> Option<String> {
    let told = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok();
    told.map(|t| t.trim().to_owned())
        .or_else(|| sysctl("kern.osrelease"))
}

fn cpu() -> Option<String> {
    let told = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let of = |key: &str| {
                let mut lines = text.lines().filter_map(|l| l.split_once(':'));
                lines
                    .find(|(k, _)| k.trim() == key)
                    .map(|(_, v)| v.trim().to_owned())
            };
            of("model name").or_else(|| of("Model"))
        });
    told.or_else(|| sysctl("machdep.cpu.brand_string"))
}

fn memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
            let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
            Some(kib * 1024)
        });
    told.or_else(|| sysctl("hw.memsize")?.parse().ok())
}

/// What macOS says under a name.
fn sysctl(name: &str) -> Option<String> {
    if !cfg!(target_os = "macos") {
        return None;
    }
    let asked = Command::new("sysctl").args(["-n", name]).output().ok()?;
    let told = String::from_utf8(asked.stdout).ok()?.trim().to_owned();
    (!told.is_empty()).then_some(told)
}

/// The variables of [`VARIABLES`] that are set.
pub fn environment() -> BTreeMap<String, String> {
    let set = VARIABLES.iter().filter_map(|name| {
        let value = std::env::var(name).ok()?;
        Some(((*name).to_owned(), value))
    });
    set.collect()
}
