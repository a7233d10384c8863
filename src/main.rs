//! The `benchwright` command.
fn main() {}
