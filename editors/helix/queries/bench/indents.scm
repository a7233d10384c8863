[
  (block)
  (list)
  (imports)
  (parenthesised)
  (call)
] @indent

[
  "}"
  "]"
  ")"
] @outdent
