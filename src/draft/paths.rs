//! How a plan names a file.

use std::path::{Component, Path, PathBuf};

/// The path of `file` as a plan in `folder` names it. Both are relative to one place, or both absolute;
/// otherwise, and where `folder` leads upwards, the file's own path.
pub fn as_named_from(folder: &Path, file: &Path) -> String {
    let (from, to) = (plain(folder), plain(file));
    let upwards = from.iter().any(|c| matches!(c, Component::ParentDir));
    if folder.is_absolute() != file.is_absolute() || upwards {
        return slashed(file);
    }
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from.iter().skip(shared).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(to.into_iter().skip(shared)).collect();
    slashed(&path)
}

fn plain(path: &Path) -> Vec<Component<'_>> {
    path.components()
        .filter(|c| !matches!(c, Component::CurDir))
        .collect()
}

/// With `/` between folders, as plans are written on every machine.
fn slashed(path: &Path) -> String {
    path.display().to_string().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_plan_to_the_file() {
        for (folder, file, named) in [
            ("", "r.csv", "r.csv"),
            ("", "./a/r.csv", "a/r.csv"),
            ("plans", "r.csv", "../r.csv"),
            ("./plans", "data/r.csv", "../data/r.csv"),
            ("a/b", "a/c/r.csv", "../c/r.csv"),
            ("/x/plans", "/x/data/r.csv", "../data/r.csv"),
            ("plans", "/x/r.csv", "/x/r.csv"),
            ("../plans", "r.csv", "r.csv"),
        ] {
            let got = as_named_from(Path::new(folder), Path::new(file));
            assert_eq!(got, named, "{file} from {folder}");
        }
    }
}
