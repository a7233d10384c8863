//! Bytes of one file: read once, hashed as they lie on the disk, unpacked on the way.

use super::files::{self, Packing};
use super::hash::hex;
use super::{DataError, Progress};
use crate::text::World;
use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// The unpacked bytes of a file.
pub(super) struct Stream<'w> {
    path: PathBuf,
    packing: Packing,
    bytes: Unpacked<'w>,
}

/// What is known of a file once all of it was read.
pub(super) struct Fingerprint {
    /// What `sha256sum` prints of the file.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
}

enum Unpacked<'w> {
    Plain(Hashed<'w>),
    Gzip(Box<MultiGzDecoder<Hashed<'w>>>),
    Zstd(zstd::Decoder<'static, BufReader<Hashed<'w>>>),
}

impl<'w> Stream<'w> {
    pub(super) fn open(
        world: &'w dyn World,
        path: &Path,
        packing: Packing,
        progress: Progress<'w>,
    ) -> Result<Self, DataError> {
        let file = Hashed {
            file: files::open(world, path)?,
            progress,
            hasher: Sha256::new(),
            bytes: 0,
            failed: false,
        };
        let bytes = match packing {
            Packing::None => Unpacked::Plain(file),
            Packing::Gzip => Unpacked::Gzip(Box::new(MultiGzDecoder::new(file))),
            Packing::Zstd => {
                Unpacked::Zstd(zstd::Decoder::new(file).map_err(|e| files::unreadable(path, &e))?)
            }
        };
        Ok(Self {
            path: path.to_owned(),
            packing,
            bytes,
        })
    }

    /// What went wrong while reading: the disk, or what was to be unpacked.
    pub(super) fn fault(&self, error: &io::Error) -> DataError {
        if self.hashed().failed || self.packing == Packing::None {
            return files::unreadable(&self.path, error);
        }
        DataError::Damaged {
            path: self.path.clone(),
            format: self.packing.name(),
            cut: error.kind() == io::ErrorKind::UnexpectedEof
                || error.to_string().contains("incomplete"),
            reason: error.to_string(),
        }
    }

    /// Reads what the unpacking left, and gives the fingerprint of the whole file.
    pub(super) fn finish(self) -> Result<Fingerprint, DataError> {
        let mut file = match self.bytes {
            Unpacked::Plain(file) => file,
            Unpacked::Gzip(decoder) => decoder.into_inner(),
            Unpacked::Zstd(decoder) => decoder.finish().into_inner(),
        };
        io::copy(&mut file, &mut io::sink()).map_err(|e| files::unreadable(&self.path, &e))?;
        Ok(Fingerprint {
            sha256: hex(&file.hasher.finalize()),
            bytes: file.bytes,
        })
    }

    fn hashed(&self) -> &Hashed<'w> {
        match &self.bytes {
            Unpacked::Plain(file) => file,
            Unpacked::Gzip(decoder) => decoder.get_ref(),
            Unpacked::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Unpacked::Plain(file) => file.read(buffer),
            Unpacked::Gzip(decoder) => decoder.read(buffer),
            Unpacked::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

/// Passes a file on, hashing it on the way.
struct Hashed<'w> {
    file: Box<dyn Read + Send + 'w>,
    progress: Progress<'w>,
    hasher: Sha256,
    bytes: u64,
    failed: bool,
}

impl Read for Hashed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = loop {
            match self.file.read(buffer) {
                // A signal came between.
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    self.failed = true;
                    return Err(e);
                }
                Ok(n) => break n,
            }
        };
        if n > 0 {
            self.hasher.update(buffer.get(..n).unwrap_or_default());
            self.bytes += n as u64;
            (self.progress)(self.bytes);
        }
        Ok(n)
    }
}
