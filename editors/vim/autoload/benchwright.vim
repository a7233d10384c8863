" What other files of the package call.

" The folder of a plan's repository, or its own.
function! benchwright#root(buffer) abort
  let folder = fnamemodify(bufname(a:buffer), ':p:h')
  let git = finddir('.git', folder . ';')
  return git ==# '' ? folder : fnamemodify(git, ':p:h:h')
endfunction

" A fixer of ALE: the canonical layout, by `benchwright fmt`.
function! benchwright#fix(buffer) abort
  let executable = ale#Escape(ale#Var(a:buffer, 'bench_benchwright_executable'))
  return {'command': executable . ' fmt -'}
endfunction

" Completion by the words of the language, for those who use no language server.
function! benchwright#complete(findstart, base) abort
  if a:findstart
    let start = col('.') - 1
    while start > 0 && getline('.')[start - 1] =~# '\k'
      let start -= 1
    endwhile
    return start
  endif
  let words = get(b:, 'bench_words', [])
  return filter(copy(words), {_, word -> stridx(word, a:base) == 0})
endfunction
