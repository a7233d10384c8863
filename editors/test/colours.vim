" The colours of Vim, held to those of the language server.
"   CORPUS=… OUT=FILE vim -es -Nu editors/test/colours.vim
" CORPUS is written by `cargo test editors`.

set nocompatible noswapfile encoding=utf-8 nomore
execute 'set runtimepath^=' . fnameescape(expand('<sfile>:p:h:h') . '/vim')
filetype plugin indent on
syntax on
set redrawtime=100000 maxmempattern=100000

let s:classes = {
      \ 'benchComment': 'Comment', 'benchDocComment': 'DocComment', 'benchString': 'Text', 'benchEscape': 'Text',
      \ 'benchBraces': 'Text', 'benchHole': 'Hole', 'benchNumber': 'Number', 'benchOperator': 'Operator',
      \ 'benchWord': 'Keyword', 'benchFolded': 'Keyword', 'benchRule': 'Keyword', 'benchItem': 'Keyword',
      \ 'benchHeadWord': 'Keyword', 'benchImport': 'Keyword', 'benchAs': 'Keyword', 'benchField': 'Property',
      \ 'benchKey': 'Property', 'benchParameter': 'Parameter', 'benchDeclared': 'Parameter',
      \ 'benchOutcome': 'Constant', 'benchCode': 'Constant', 'benchAnnotation': 'Annotation',
      \ 'benchName': 'Name', 'benchCall': 'Name', 'benchBuiltin': 'Name', 'benchFold': 'Name', 'benchTitle': 'Name',
      \ 'benchFunction': 'Name', 'benchModule': 'Name'}
let s:names = ['Type', 'Function', 'Variable', 'Module']

function! Test() abort
  let faults = []
  let words = 0
  let plans = json_decode(readfile($CORPUS)[0])
  enew
  set buftype=nofile
  setfiletype bench
  for plan in plans
    silent %delete _
    call setline(1, split(join(map(copy(plan.pieces), {_, piece -> piece[0]}), ''), "\n", 1))
    syntax sync fromstart
    let [row, column] = [1, 1]
    for [text, class] in plan.pieces
      if class isnot v:null
        let words += 1
        let want = index(s:names, class) >= 0 ? 'Name' : class
        " The first character and the last tell for all.
        for at in [column, column + len(text) - 1]
          let group = synIDattr(synID(row, at, 1), 'name')
          if get(s:classes, group, '') !=# want
            call add(faults, plan.name . ':' . row . ': `' . text . '` is ' . want . ', here ' . group)
            break
          endif
        endfor
      endif
      let breaks = split(text, "\n", 1)
      let row += len(breaks) - 1
      let column = (len(breaks) > 1 ? 1 : column) + len(breaks[-1])
    endfor
  endfor
  let lines = map(faults[:20], {_, fault -> 'FAIL vim: ' . fault})
  call add(lines, printf('vim: %d plans, %d words, %d differ', len(plans), words, len(faults)))
  call writefile(lines, $OUT)
  return empty(faults) && len(plans) > 700 && words > 20000
endfunction

try
  let s:fine = Test()
catch
  call writefile(['FAIL vim: ' . v:exception . ' at ' . v:throwpoint], $OUT)
  let s:fine = 0
endtry
execute s:fine ? 'qall!' : 'cquit 1'
