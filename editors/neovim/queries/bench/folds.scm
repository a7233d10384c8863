; made from editors/tree-sitter-bench/queries/folds.scm by `UPDATE=1 cargo test editors`
[
  (block)
  (list)
  (imports)
] @fold
