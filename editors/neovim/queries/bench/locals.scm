; made from editors/tree-sitter-bench/queries/locals.scm by `UPDATE=1 cargo test editors`
(source_file) @local.scope
(item) @local.scope
(folded) @local.scope

(declaration name: (identifier) @local.definition)
(selection name: (identifier) @local.definition)
(decision name: (identifier) @local.definition)
(parameters (identifier) @local.definition)
(folded class: (identifier) @local.definition)
(use name: (identifier) @local.definition)
(imports (identifier) @local.definition)

(path . (identifier) @local.reference)
