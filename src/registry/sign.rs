//! Signatures of seals, made and checked by `ssh-keygen -Y`, so that the keys people already have will do.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What the signatures are for, so that none made for something else passes.
const NAMESPACE: &str = "benchwright";

/// Why there is no signature, or no sound one.
#[derive(Debug)]
pub enum SignError {
    /// `ssh-keygen` cannot be started.
    NoProgram(std::io::Error),
    /// What it said.
    Refused(String),
    /// A file cannot be read.
    Unreadable(PathBuf, std::io::Error),
}

impl std::fmt::Display for SignError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SignError::NoProgram(e) => {
                write!(
                    f,
                    "cannot start `ssh-keygen`, which comes with OpenSSH: {e}"
                )
            }
            SignError::Refused(said) => write!(f, "ssh-keygen: {said}"),
            SignError::Unreadable(path, e) => write!(f, "cannot read `{}`: {e}", path.display()),
        }
    }
}

impl std::error::Error for SignError {}

/// The signature of a seal's file lies beside it: `plan.bench.lock.sig`.
pub fn path(lock: &Path) -> PathBuf {
    let mut name = lock.file_name().unwrap_or_default().to_os_string();
    name.push(".sig");
    lock.with_file_name(name)
}

/// Signs a text with a private key, or with a public one whose private half is in the agent.
///
/// # Errors
/// There is no `ssh-keygen`, or it refuses.
pub fn sign(text: &str, key: &Path) -> Result<String, SignError> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key);
    let output = run(command, text.as_bytes())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Who of the allowed signers signed a file.
///
/// # Errors
/// Nobody of them did, or not this text.
pub fn verify(lock: &Path, allowed: &Path) -> Result<String, SignError> {
    let text = std::fs::read(lock).map_err(|e| SignError::Unreadable(lock.to_owned(), e))?;
    // What is wrong with the list is said better here than by ssh-keygen.
    std::fs::metadata(allowed).map_err(|e| SignError::Unreadable(allowed.to_owned(), e))?;
    let signature = path(lock);
    let mut find = Command::new("ssh-keygen");
    find.args(["-Y", "find-principals", "-s"]).arg(&signature);
    let found = run(find.arg_in("-f", allowed), b"")?;
    let found = String::from_utf8_lossy(&found.stdout).into_owned();
    let who = found.lines().next().unwrap_or_default().trim().to_owned();
    let mut verify = Command::new("ssh-keygen");
    verify
        .args(["-Y", "verify", "-n", NAMESPACE, "-I", &who, "-s"])
        .arg(&signature);
    run(verify.arg_in("-f", allowed), &text)?;
    Ok(who)
}

/// One more option with its file.
trait ArgIn {
    fn arg_in(self, option: &str, file: &Path) -> Self;
}

impl ArgIn for Command {
    fn arg_in(mut self, option: &str, file: &Path) -> Self {
        self.arg(option).arg(file);
        self
    }
}

fn run(mut command: Command, input: &[u8]) -> Result<Output, SignError> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(SignError::NoProgram)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that ends without reading says why itself.
        let _ = stdin.write_all(input);
    }
    let output = child.wait_with_output().map_err(SignError::NoProgram)?;
    if output.status.success() {
        return Ok(output);
    }
    let said = [&output.stderr, &output.stdout].map(|s| String::from_utf8_lossy(s).into_owned());
    let lines = said.iter().flat_map(|s| s.lines()).map(str::trim);
    let lines: Vec<&str> = lines.filter(|l| !l.is_empty()).collect();
    Err(SignError::Refused(lines.join("; ")))
}
