" Vim compiler file: `:make` checks the plan.
if exists('current_compiler')
  finish
endif
let current_compiler = 'benchwright'

CompilerSet makeprg=benchwright\ check\ --format\ github\ %:S
CompilerSet errorformat=::%trror\ file=%f\\,line=%l\\,col=%c%.%#::%m,
      \::%tarning\ file=%f\\,line=%l\\,col=%c%.%#::%m,
      \::%totice\ file=%f\\,line=%l\\,col=%c%.%#::%m,
      \%-G%.%#
