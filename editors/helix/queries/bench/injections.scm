; made from editors/tree-sitter-bench/queries/injections.scm by `UPDATE=1 cargo test editors`
((comment) @injection.content
  (#set! injection.language "comment"))

; Commands are words, not shell scripts, but read the same.
((field
   name: (identifier) @_name
   value: (string) @injection.content)
  (#any-of? @_name "run" "serve")
  (#set! injection.language "bash"))
