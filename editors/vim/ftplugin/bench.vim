" Vim filetype plugin for Bench (machine-learning evaluation plans).
if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:##,:#
setlocal commentstring=#\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2 tabstop=2
setlocal suffixesadd=.bench
if exists('&omnifunc') && &omnifunc ==# ''
  setlocal omnifunc=benchwright#complete
endif
compiler benchwright

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth<'
      \ . ' softtabstop< tabstop< suffixesadd< omnifunc< makeprg< errorformat<'
