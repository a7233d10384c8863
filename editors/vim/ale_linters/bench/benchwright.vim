" ALE: `benchwright lsp`, the language server of Bench.
call ale#Set('bench_benchwright_executable', 'benchwright')

call ale#linter#Define('bench', {
\   'name': 'benchwright',
\   'lsp': 'stdio',
\   'executable': {buffer -> ale#Var(buffer, 'bench_benchwright_executable')},
\   'command': '%e lsp',
\   'language': 'bench',
\   'project_root': function('benchwright#root'),
\})
