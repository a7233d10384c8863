//! The `benchwright` command; everything it does is in `benchwright::cli`.

fn main() -> std::process::ExitCode {
    benchwright::cli::main()
}
