//! Fingerprints of files: what `sha256sum` prints.

use super::{DataError, Progress, files};
use crate::text::World;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

/// The sha256 of a file and its length in bytes.
///
/// # Errors
/// The file does not exist, is a folder or cannot be read.
pub fn hash_file(
    world: &dyn World,
    path: &Path,
    progress: Progress,
) -> Result<(String, u64), DataError> {
    let mut file = files::open(world, path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = file
            .read(&mut buffer)
            .map_err(|e| files::unreadable(path, &e))?;
        if n == 0 {
            return Ok((hex(&hasher.finalize()), bytes));
        }
        hasher.update(buffer.get(..n).unwrap_or_default());
        bytes += n as u64;
        progress(bytes);
    }
}

/// The hash of what `path`, a file or a pattern, stands for, as [`super::Table::sha256`] has it; `None` where
/// nothing is there.
///
/// # Errors
/// A file is there and cannot be read.
pub fn hash_found(world: &dyn World, path: &Path) -> Result<Option<String>, DataError> {
    let absent =
        |e: &DataError| matches!(e, DataError::NoSuchFile { .. } | DataError::NoMatch { .. });
    let files = match files::find(world, path) {
        Ok(files) => files,
        Err(e) if absent(&e) => return Ok(None),
        Err(e) => return Err(e),
    };
    let hashes = files
        .iter()
        .map(|f| hash_file(world, f, &|_| {}).map(|(hash, _)| hash));
    match hashes.collect::<Result<Vec<String>, _>>() {
        Ok(hashes) => Ok(Some(hash_of_hashes(&hashes))),
        Err(e) if absent(&e) => Ok(None),
        Err(e) => Err(e),
    }
}

/// The sha256 of some bytes, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The hash of several files: of one, its own; of more, the sha256 of their sorted hashes, one a
/// line, as `sha256sum FILES | cut -c1-64 | sort | sha256sum` prints.
pub fn hash_of_hashes(hashes: &[String]) -> String {
    if let [only] = hashes {
        return only.clone();
    }
    let mut sorted: Vec<&String> = hashes.iter().collect();
    sorted.sort();
    let mut hasher = Sha256::new();
    for hash in sorted {
        hasher.update(hash);
        hasher.update("\n");
    }
    hex(&hasher.finalize())
}

/// Holds a file's hash against the declared one, whatever the case of its letters.
///
/// # Errors
/// [`DataError::HashDiffers`] with both.
pub fn check_hash(path: &Path, declared: &str, found: &str) -> Result<(), DataError> {
    if declared.trim().eq_ignore_ascii_case(found) {
        return Ok(());
    }
    Err(DataError::HashDiffers {
        path: path.to_owned(),
        declared: declared.to_owned(),
        found: found.to_owned(),
    })
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hashes_are_sorted_lines() {
        let hashes = ["b".to_owned(), "a".to_owned()];
        assert_eq!(
            hash_of_hashes(&hashes),
            "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2"
        );
        assert_eq!(hash_of_hashes(&hashes[..1]), "b");
    }
}
