(item head: (declaration kind: _ @context name: (identifier) @name)) @item
(item head: (selection "select" @context name: (identifier) @name)) @item
(item head: (decision "decide" @context (variant) @name)) @item
(item head: (comparison "compare" @context (variant) @name)) @item
(item head: (study . _ @context (variant) @name)) @item
(item head: (stopping "stop" @context (variant) @name)) @item
