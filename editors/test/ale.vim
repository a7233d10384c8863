" Vim as a user has it: the package of editors/vim, ALE, a plan, and what a user does with it.
"   BENCHWRIGHT=… PLAN=COPY_OF_PLAN OUT=FILE vim -es -Nu editors/test/ale.vim
" What holds is written to OUT; Vim ends with 1 where something is not as it should be.

set nocompatible hidden noswapfile encoding=utf-8
execute 'set runtimepath^=' . fnameescape(expand('<sfile>:p:h:h') . '/vim')
set runtimepath+=/usr/share/vim-ale
let g:ale_linters_explicit = 1
let g:ale_linters = {'bench': ['benchwright']}
let g:ale_fixers = {'bench': ['benchwright']}
let g:ale_bench_benchwright_executable = $BENCHWRIGHT
let g:ale_update_tagstack = 0
let g:ale_hover_to_preview = 1
let g:ale_completion_enabled = 0
runtime plugin/ale.vim
runtime plugin/benchwright.vim
filetype plugin indent on
syntax on

let s:passed = 0
let s:failed = 0
let s:lines = []
function! Check(name, ok, ...) abort
  if a:ok
    let s:passed += 1
    call add(s:lines, 'ok   ' . a:name)
  else
    let s:failed += 1
    call add(s:lines, 'FAIL ' . a:name . '  ' . (a:0 ? string(a:1)[:300] : ''))
  endif
endfunction

" Whether something comes to hold: within 30 seconds.
function! Comes(expression) abort
  let tries = 0
  while !eval(a:expression) && tries < 600
    sleep 50m
    let tries += 1
  endwhile
  return eval(a:expression)
endfunction

function! Go(needle, within) abort
  call cursor(1, 1)
  let place = searchpos('\V' . escape(a:needle, '\'), 'cW')
  call cursor(place[0], place[1] + a:within)
  return getpos('.')[1:2]
endfunction

function! Text() abort
  return join(getline(1, '$'), "\n") . "\n"
endfunction

function! Has(code) abort
  return !empty(filter(copy(ale#engine#GetLoclist(bufnr(''))), {_, fault -> get(fault, 'code', '') ==# a:code}))
endfunction

" ALE's completion, and what it offered.
let s:offered = []
function! Offer(findstart, base) abort
  let found = ale#completion#OmniFunc(a:findstart, a:base)
  if !a:findstart
    let s:offered = map(copy(found), {_, item -> item.word})
  endif
  return found
endfunction

function! Class() abort
  return synIDattr(synID(line('.'), col('.'), 1), 'name')
endfunction

function! Preview() abort
  for number in range(1, winnr('$'))
    if getwinvar(number, '&previewwindow')
      return join(getbufline(winbufnr(number), 1, '$'), "\n")
    endif
  endfor
  return ''
endfunction

" ALE asks for a name, or for the number of a fix: what would be typed.
runtime autoload/ale/util.vim
function! ale#util#Input(...) abort
  return s:answer
endfunction

function! Test() abort
  execute 'edit ' . fnameescape($PLAN)
  call Check('the file is a plan', &filetype ==# 'bench', &filetype)
  call Check('comments are known', &commentstring ==# '# %s', &commentstring)
  call Go('baseline words', 0)
  call Check('it is coloured', Class() ==# 'benchItem', Class())
  call Go('fit: reviews', 0)
  call Check('fields, too', Class() ==# 'benchField', Class())

  call Check('faults come', Comes('Has("L102")'), ale#engine#GetLoclist(bufnr('')))
  let place = Go('fit: reviews', 5)
  let faults = filter(copy(ale#engine#GetLoclist(bufnr(''))), {_, fault -> get(fault, 'code', '') ==# 'L102'})
  call Check('and stand at their place', !empty(faults) && [faults[0].lnum, faults[0].col] == place, faults)

  call Go('gain(f1_macro', 6)
  ALEHover
  call Check('hover says what a metric is', Comes('Preview() =~# "metric"'), Preview())
  pclose

  call Go('with words', 5)
  ALEGoToDefinition
  call Check('a name leads to its declaration', Comes('getline(".") =~# "^baseline words"'), getline('.'))

  call Go('on: reviews.test', 12)
  setlocal omnifunc=Offer
  execute "normal! i\<C-x>\<C-o>\<C-e>\<Esc>"
  call Check('partitions are offered', sort(copy(s:offered)) == ['test', 'train', 'val'], s:offered)

  let s:answer = 'letters'
  call Go('candidate chars', 10)
  ALERename
  call Check('a system is renamed', Comes('Text() =~# "compare letters with"'), Text())
  call Check('wherever it is named', Text() !~# 'candidate chars\|for chars', Text())

  " The first of the fixes that are offered.
  let s:answer = '1'
  call Go('fit: reviews', 5)
  ALECodeAction
  call Check('a fix mends the plan', Comes('Text() =~# "fit: reviews.train }"'), Text())
  " A script types nothing, so nothing tells ALE of the change.
  ALELint
  call Check('and the fault goes', Comes('!Has("L102")'), ale#engine#GetLoclist(bufnr('')))

  let before = Text()
  let s:want = system(shellescape($BENCHWRIGHT) . ' fmt -', before)
  ALEFix
  call Check('the plan is laid out', s:want !=# before && Comes('Text() ==# s:want'), Text())
  normal! gg=G
  call Check('and indentation leaves it alone', Text() ==# s:want, Text())

  let &makeprg = substitute(&makeprg, '^benchwright', escape(fnameescape($BENCHWRIGHT), '\&'), '')
  silent write
  silent! make
  let listed = filter(getqflist(), {_, fault -> fault.valid})
  call Check(':make lists what the check finds', len(listed) > 0 && listed[0].lnum > 0, listed)
endfunction

try
  call Test()
catch
  call Check('the script runs', 0, v:exception . ' at ' . v:throwpoint)
endtry
call add(s:lines, printf('vim: %d passed, %d failed', s:passed, s:failed))
call writefile(s:lines, $OUT)
execute s:failed == 0 && s:passed > 10 ? 'qall!' : 'cquit 1'
