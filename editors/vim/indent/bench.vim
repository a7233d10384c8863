" Vim indent file for Bench: two blanks for each open bracket, as `benchwright fmt` lays plans out.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetBenchIndent()
setlocal indentkeys=0{,0},0),0],!^F,o,O
setlocal nolisp nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< smartindent<'

if exists('*GetBenchIndent')
  finish
endif

" Brackets of a line that stay open, outside strings and comments.
function! s:open(line) abort
  let code = substitute(a:line, '"\%([^"\\]\|\\.\)*"\?', '', 'g')
  let code = substitute(code, '#.*', '', '')
  let depth = 0
  for sign in split(code, '\zs')
    if sign =~# '[{[(]'
      let depth += 1
    elseif sign =~# '[]})]'
      let depth = max([depth - 1, 0])
    endif
  endfor
  return depth
endfunction

function! GetBenchIndent() abort
  let above = prevnonblank(v:lnum - 1)
  if above == 0
    return 0
  endif
  let deeper = s:open(getline(above)) > 0 ? 1 : 0
  let closes = getline(v:lnum) =~# '^\s*[]})]' ? 1 : 0
  return max([indent(above) + (deeper - closes) * shiftwidth(), 0])
endfunction
