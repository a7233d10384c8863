[
  (block)
  (list)
  (imports)
] @fold
