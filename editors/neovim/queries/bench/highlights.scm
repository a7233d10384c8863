; made from editors/tree-sitter-bench/queries/highlights.scm by `UPDATE=1 cargo test editors`
; The classes are those of the language server's semantic tokens: a test holds both to each other.

(comment) @comment
((comment) @comment.documentation
  (#match? @comment.documentation "^##"))

[
  "use" "as" "from" "with" "of" "for" "against"
  "plan" "dataset" "step" "component" "hardware" "metric" "protocol"
  "system" "baseline" "candidate"
  "compare" "ablation" "factorial" "select" "decide" "stop"
  "over" "by" "class"
] @keyword
["when" "otherwise"] @keyword.conditional
["and" "or" "not" "in" "every"] @keyword.operator
["==" "!=" "<" "<=" ">" ">=" ".." "+" "-" "*" "/"] @operator

(allow "@" @attribute "allow" @attribute)
(code) @constant

; A name alone is a thing of the plan: a system, a partition, a metric, a column, a class.
(identifier) @variable

(declaration name: (identifier) @type)
(declaration kind: ["metric" "protocol"] name: (identifier) @function)
(parameters (identifier) @variable.parameter)
(selection name: (identifier) @type)
(decision name: (identifier) @type)
(use name: (identifier) @module)
(use path: (path (identifier) @module))
(imports (identifier) @variable)

(field name: (identifier) @property)
(field name: (string) @property)
(argument name: (identifier) @variable.parameter)
(rule outcome: (identifier) @constant)

(fold) @function.builtin
(call function: (path (identifier) @function .))

(number) @number
(unit) @number
(string) @string
(escape) @string.escape
(hole) @string.special

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":"] @punctuation.delimiter
