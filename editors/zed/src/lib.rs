//! Bench for Zed: tells Zed how the language server is started.

use zed_extension_api::{self as zed, LanguageServerId, Result, settings::LspSettings};

struct Bench;

impl zed::Extension for Bench {
    fn new() -> Self {
        Bench
    }

    /// `lsp.benchwright.binary` of the settings, or the command on the path.
    fn language_server_command(
        &mut self,
        id: &LanguageServerId,
        worktree: &zed::Worktree,
    ) -> Result<zed::Command> {
        let settings = LspSettings::for_worktree(id.as_ref(), worktree)?;
        let binary = settings.binary.as_ref();
        let command = binary
            .and_then(|b| b.path.clone())
            .or_else(|| worktree.which("benchwright"))
            .ok_or("`benchwright` is not on the path: install it by `cargo install --path .`")?;
        let args = binary.and_then(|b| b.arguments.clone());
        Ok(zed::Command {
            command,
            args: args.unwrap_or_else(|| vec!["lsp".to_owned()]),
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(Bench);
