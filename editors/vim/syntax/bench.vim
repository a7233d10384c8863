" Vim syntax file for Bench (machine-learning evaluation plans). What a word is follows from where it stands, as in
" the grammar; names are not told apart, since only the language server knows what they stand for.
if exists('b:current_syntax')
  finish
endif
let s:cpo = &cpo
set cpo&vim

" words:begin (made by `UPDATE=1 cargo test editors`)
let s:items = split('
  \ ablation baseline candidate compare component dataset decide factorial hardware metric plan
  \ protocol select step stop system
  \')
let s:heads = split('
  \ against for from of with
  \')
let s:imports = split('
  \ as use
  \')
let s:rules = split('
  \ otherwise when
  \')
let s:operators = split('
  \ and every in not or
  \')
let s:folds = split('
  \ max mean min sum
  \')
let s:folded = split('
  \ by class over
  \')
let s:fields = split('
  \ absent accelerator agreement alpha at_most better budget calibrate cluster clusters columns
  \ components cores correct cutoff default derived_from deterministic disjoint_from distilled_from
  \ early_stop ensemble env excludes failed favours features fit flag folds fraction generators
  \ group guardrails handicap hardware hypothesis id interactions interval items judge kind label
  \ labels latency levels license limits look margin maximize memory metric metrics minimize model
  \ needs objective off on over overlaps owner paired params per_item pilot positive power predict
  \ prediction predictions prefer pretrained_on price primary protocol published range rank released
  \ remove report_on reported require requires retune risks rows run score seeds select serve set
  \ sha256 slices source split steps strata test text threshold time tokens tolerance train
  \ transductive tune unit uses using value version weight
  \')
let s:builtins = split('
  \ abs all average_precision average_precision_at before bh bleu bonferroni bootstrap by
  \ calibration_error character_edits characters chrf cohen_kappa column count deduper delong delta
  \ distinct_items every exact exact_match exp fleiss_kappa gain greatest grouped hash higher hit
  \ hochberg holm imputer interaction judge kendall_tau_b kendall_tau_c kfold krippendorff_alpha
  \ label last_value latency least list_diversity log lower majority max mean median min ndcg
  \ ndcg_of_scores newcombe none normal order_statistic p_value pass_at_k pearson point popularity
  \ positive possibly pr_auc precision_at prediction prompt quantile r2 randolph_kappa recall_at
  \ reciprocal_rank relative retrieval roc_auc rolling rouge_l rouge_lsum rouge_n same_set sampler
  \ scaler score score_rank selector self_information sentence_bleu sentence_chrf set_difference
  \ set_overlap sets_overlap share spearman sqrt stratified sum t teacher ter_edits ter_words
  \ token_f1 tokenizer top_class_is top_score upper vectorizer width wilson win_rate word_edits
  \ word_hits words
  \')
let s:units = split('
  \ AUD B CAD CHF CNY EUR GBP GiB INR J JPY KiB MiB SEK USD d h kWh min ms pp s tokens us
  \')
" words:end

function! s:any(words) abort
  return '\%(' . join(a:words, '\|') . '\)'
endfunction
" A name may hold any letters; `\k` are those of 'iskeyword'.
syn iskeyword @,48-57,_,128-167,224-235,192-255
let s:name = '\%(\k\@1<!\%(\d\)\@!\k\+\)'

syn case match
syn sync minlines=200

syn match benchComment /#.*$/ contains=@Spell
syn match benchDocComment /##.*$/ contains=@Spell
syn match benchEscape /\\./ contained
syn match benchHole /{\%(\d\)\@!\k\+\%(:[^"{}|]*|[^"{}|]*\)\?}/ contained
syn match benchBraces /{{\|}}/ contained
syn region benchString start=/"/ skip=/\\./ end=/"\|$/ oneline contains=benchEscape,benchBraces,benchHole

syn match benchOperator /==\|!=\|<=\|>=\|<\|>\|\.\.\|[-+*\/]/ contained
let s:number = '\%(\d[0-9_]*\%(\.\d[0-9_]*\)\?\|\.\d[0-9_]*\)\%([eE][+-]\?\d\+\)\?'
let s:stops = s:any(s:operators + s:rules) . '\>'
let s:unit = '\%(' . s:stops . '\)\@!\%(\d\)\@!\k\+\%(\/\%(\d\)\@!\k\+\)\?'
execute 'syn match benchNumber /\k\@1<!' . s:number
      \ . '\%(%\|\/\%(s\|min\|h\)\>(\@!\|' . s:unit . '\|[ \t]\+%\|[ \t]\+' . s:unit
      \ . '\%(\k\|[ \t]*\%([:(\[]\|=[^=]\|\.[^.]\|' . s:any(s:rules) . '\>\)\)\@!\)\?/ contained'

execute 'syn match benchName /' . s:name . '/ contained'
execute 'syn match benchCall /' . s:name . '\ze\s*(/ contained'
execute 'syn match benchBuiltin /\<' . s:any(s:builtins) . '\ze\s*(/ contained'
execute 'syn match benchWord /\<' . s:any(s:operators) . '\>\%(\s*:\)\@!/ contained'
execute 'syn match benchFold /\<' . s:any(s:folds) . '\ze\%(\s*(\|\s\+by\s\+\k\|\s\+over\s\+class\s\)/ contained'
execute 'syn match benchFolded /\%(\<' . s:any(s:folds) . '\s\+\)\@24<=by\ze\s\+\k/ contained'
execute 'syn match benchFolded /\%(\<' . s:any(s:folds) . '\s\+\)\@24<=over\s\+class\ze\s\+\k/ contained'
syn match benchFolded /\%([^\t ]\s\+\)\@<=of\ze\s*(/ contained

execute 'syn match benchKey /' . s:name . '\ze\s*:/ contained'
syn match benchKey /"\%([^"\\]\|\\.\)*"\ze\s*:/ contained
execute 'syn match benchField /\<' . s:any(s:fields) . '\ze\s*:/ contained'
execute 'syn match benchOutcome /' . s:name . '\ze\s\+' . s:any(s:rules) . '\>/ contained nextgroup=benchRule skipwhite'
execute 'syn match benchRule /\<' . s:any(s:rules) . '\>/ contained'
execute 'syn match benchParameter /' . s:name . '\ze\s*:/ contained'
syn match benchParameter /"\%([^"\\]\|\\.\)*"\ze\s*:/ contained

syn cluster benchExpression contains=benchComment,benchDocComment,benchString,benchNumber,benchOperator,benchName,benchCall,benchBuiltin,benchWord,benchFold,benchFolded,benchBrackets,benchBlock
syn region benchBlock matchgroup=benchBracket start=/{/ end=/}/ contained fold transparent contains=@benchExpression,benchKey,benchField,benchOutcome
syn region benchBrackets matchgroup=benchBracket start=/[\[(]/ end=/[\])]/ contained transparent contains=@benchExpression,benchParameter
syn region benchParameters matchgroup=benchBracket start=/(/ end=/)/ contained contains=benchComment,benchDeclared nextgroup=benchBlock skipwhite

" Items: each begins at the start of a line.
syn region benchAllow matchgroup=benchAnnotation start=/@allow\ze\s*(/ end=/)/ contains=benchComment,benchString,benchCode
syn match benchCode /[0-9A-Za-z_-]\+/ contained
execute 'syn match benchItem /^\s*' . s:any(s:items) . '\>/ nextgroup=benchTitle,benchHead skipwhite'
execute 'syn match benchItem /^\s*\%(compare\)\>/ nextgroup=benchHead skipwhite'
execute 'syn match benchItem /^\s*\%(ablation\|factorial\)\s\+of\>\|^\s*\%(stop\|decide\)\s\+for\>/ nextgroup=benchHead skipwhite'
execute 'syn match benchItem /^\s*\%(metric\|protocol\)\>/ nextgroup=benchFunction skipwhite'
execute 'syn match benchFunction /' . s:name . '/ contained nextgroup=benchParameters,benchBlock skipwhite'
execute 'syn match benchDeclared /' . s:name . '/ contained'
execute 'syn match benchTitle /' . s:name . '/ contained nextgroup=benchHead,benchBlock skipwhite'
" What follows up to the braces: systems, and words between them.
syn region benchHead start=/\S/ end=/\ze{\|$/ contained contains=benchHeadWord,benchOperator,benchName,benchBrackets,benchComment nextgroup=benchBlock skipwhite
execute 'syn match benchHeadWord /\%(\k\|[\])]\)\@1<!\<' . s:any(s:heads) . '\>\ze\%(\s\+\k\|\s*\[\)/ contained'

syn region benchUse matchgroup=benchImport start=/^\s*use\>\ze\s\+["[:alpha:]_]/ end=/$/ contains=benchComment,benchString,benchAs,benchModule,benchImports
execute 'syn match benchModule /' . s:name . '/ contained'
syn match benchAs /\%("\s*\)\@<=as\>/ contained
syn region benchImports matchgroup=benchBracket start=/{/ end=/}/ contained contains=benchComment,benchName

let b:bench_words = sort(s:items + s:fields + s:builtins + s:units + s:heads + s:rules)

hi def link benchComment Comment
hi def link benchDocComment SpecialComment
hi def link benchString String
hi def link benchEscape String
hi def link benchBraces String
hi def link benchHole Special
hi def link benchOperator Operator
hi def link benchNumber Number
hi def link benchCall Function
hi def link benchBuiltin Function
hi def link benchWord Keyword
hi def link benchFold Function
hi def link benchFolded Keyword
hi def link benchField Identifier
hi def link benchKey Identifier
hi def link benchOutcome Constant
hi def link benchRule Conditional
hi def link benchParameter Identifier
hi def link benchDeclared Identifier
hi def link benchAnnotation PreProc
hi def link benchCode Constant
hi def link benchItem Statement
hi def link benchTitle Type
hi def link benchFunction Function
hi def link benchHeadWord Keyword
hi def link benchImport Include
hi def link benchAs Include
hi def link benchModule Include

let b:current_syntax = 'bench'
let &cpo = s:cpo
unlet s:cpo
