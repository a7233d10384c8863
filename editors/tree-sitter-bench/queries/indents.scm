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
