(block "}" @end) @indent
(list "]" @end) @indent
(imports "}" @end) @indent
(parenthesised ")" @end) @indent
(call ")" @end) @indent
