" `ALEFix` knows how plans are laid out: let g:ale_fixers = {'bench': ['benchwright']}
if exists('g:loaded_benchwright')
  finish
endif
let g:loaded_benchwright = 1

function! s:register() abort
  if exists('*ale#fix#registry#Add') || !empty(globpath(&runtimepath, 'autoload/ale/fix/registry.vim'))
    call ale#fix#registry#Add('benchwright', 'benchwright#fix', ['bench'], 'Lay out plans in the one canonical way.')
  endif
endfunction
augroup benchwright
  autocmd!
  autocmd FileType bench ++once call s:register()
augroup END
