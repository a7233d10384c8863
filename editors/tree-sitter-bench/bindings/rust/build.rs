//! Compiles the parser that `grammar.js` was made into, and its scanner.

fn main() {
    let mut c = cc::Build::new();
    c.include("src").std("c11").warnings(false);
    for file in ["src/parser.c", "src/scanner.c"] {
        c.file(file);
        println!("cargo:rerun-if-changed={file}");
    }
    c.compile("tree_sitter_bench");
}
