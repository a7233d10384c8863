//! The machine that runs commands: what a reader of a figure has to know of it.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// The model of its processor; empty where the system does not tell.
    pub cpu: String,
    /// Cores that this process may use.
    pub cores: u32,
    /// Its memory in bytes; 0 where the system does not tell.
    pub memory: u64,
    /// Its operating system, with the version of the kernel.
    pub os: String,
}

/// This machine.
pub fn machine() -> Machine {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|l| l.starts_with(name));
        let value = line.and_then(|l| l.split_once(':')).map(|(_, v)| v.trim());
        value.unwrap_or_default().to_string()
    };
    let kb = field(&read("/proc/meminfo"), "MemTotal");
    let kb: u64 = kb.trim_end_matches("kB").trim().parse().unwrap_or(0);
    let kernel = read("/proc/sys/kernel/osrelease");
    let os = [std::env::consts::OS, std::env::consts::ARCH, kernel.trim()];
    let os: Vec<&str> = os.into_iter().filter(|part| !part.is_empty()).collect();
    Machine {
        cpu: field(&read("/proc/cpuinfo"), "model name"),
        cores,
        memory: kb * 1024,
        os: os.join(" "),
    }
}

/// The name of the machine.
pub(super) fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "this machine".to_string(),
        name => name.to_string(),
    }
}

/// The counters of energy of the processors' packages (RAPL), where the system shows them.
#[derive(Debug, Clone)]
pub(super) struct Energy {
    /// The folder of each package, and where its counter begins anew, in µJ.
    packages: Vec<(PathBuf, u64)>,
}

impl Energy {
    pub(super) fn find() -> Self {
        Self::at(Path::new("/sys/class/powercap"))
    }

    fn at(folder: &Path) -> Self {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let number = |path: PathBuf| -> Option<u64> {
            std::fs::read_to_string(path).ok()?.trim().parse().ok()
        };
        let mut packages: Vec<(PathBuf, u64)> = entries
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                // `intel-rapl:0` is a package, `intel-rapl:0:0` a part of it.
                name.starts_with("intel-rapl:") && name.matches(':').count() == 1
            })
            .filter_map(|path| {
                number(path.join("energy_uj"))?;
                let range = number(path.join("max_energy_range_uj"))?;
                Some((path, range))
            })
            .collect();
        packages.sort();
        Energy { packages }
    }

    /// The counters now, in µJ.
    pub(super) fn now(&self) -> Vec<u64> {
        let read = |path: &Path| -> Option<u64> {
            let text = std::fs::read_to_string(path.join("energy_uj")).ok()?;
            text.trim().parse().ok()
        };
        self.packages.iter().filter_map(|(p, _)| read(p)).collect()
    }

    /// What was spent between two readings, in J.
    pub(super) fn spent(&self, before: &[u64], after: &[u64]) -> Option<f64> {
        let all = self.packages.len();
        if all == 0 || before.len() != all || after.len() != all {
            return None;
        }
        let one = |((b, a), (_, range)): ((&u64, &u64), &(PathBuf, u64))| {
            a.checked_sub(*b).unwrap_or(range.saturating_sub(*b) + a)
        };
        let sum: u64 = before.iter().zip(after).zip(&self.packages).map(one).sum();
        Some(sum as f64 / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn energy_is_summed_over_packages_and_survives_a_counter_that_begins_anew() {
        let folder = tempfile::tempdir().unwrap();
        for (name, at) in [
            ("intel-rapl:0", 900),
            ("intel-rapl:1", 5),
            ("intel-rapl:0:0", 7),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("energy_uj"), format!("{at}\n")).unwrap();
            std::fs::write(path.join("max_energy_range_uj"), "1000\n").unwrap();
        }
        let energy = Energy::at(folder.path());
        let before = energy.now();
        assert_eq!(before, [900, 5]);
        std::fs::write(folder.path().join("intel-rapl:0/energy_uj"), "100").unwrap();
        assert_eq!(energy.spent(&before, &energy.now()), Some(200.0 / 1e6));
        assert_eq!(Energy::at(Path::new("/nonexistent")).spent(&[], &[]), None);
    }

    #[test]
    fn this_machine_has_cores() {
        assert!(machine().cores > 0);
    }
}
