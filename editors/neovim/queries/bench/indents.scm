; made from editors/tree-sitter-bench/queries/indents.scm by `UPDATE=1 cargo test editors`
[
  (block)
  (list)
  (imports)
  (parenthesised)
  (call)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

(rule) @indent.begin

(comment) @indent.auto
(ERROR) @indent.auto
