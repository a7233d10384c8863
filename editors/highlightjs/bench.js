/*
Language: Bench
Description: Machine-learning evaluation plans
Category: scientific
*/

// What a word is follows from where it stands, as in the grammar; names are not told apart, since only the language
// server knows what they stand for.
function bench(hljs) {
  // words:begin (made by `UPDATE=1 cargo test editors`)
  const ITEMS = [
    'ablation', 'baseline', 'candidate', 'compare', 'component', 'dataset', 'decide', 'factorial',
    'hardware', 'metric', 'plan', 'protocol', 'select', 'step', 'stop', 'system',
  ];
  const HEADS = [
    'against', 'for', 'from', 'of', 'with',
  ];
  const IMPORTS = [
    'as', 'use',
  ];
  const RULES = [
    'otherwise', 'when',
  ];
  const OPERATORS = [
    'and', 'every', 'in', 'not', 'or',
  ];
  const FOLDS = [
    'max', 'mean', 'min', 'sum',
  ];
  const FOLDED = [
    'by', 'class', 'over',
  ];
  const FIELDS = [
    'absent', 'accelerator', 'agreement', 'alpha', 'at_most', 'better', 'budget', 'calibrate',
    'cluster', 'clusters', 'columns', 'components', 'cores', 'correct', 'cutoff', 'default',
    'derived_from', 'deterministic', 'disjoint_from', 'distilled_from', 'early_stop', 'ensemble',
    'env', 'excludes', 'failed', 'favours', 'features', 'fit', 'flag', 'folds', 'fraction',
    'generators', 'group', 'guardrails', 'handicap', 'hardware', 'hypothesis', 'id', 'interactions',
    'interval', 'items', 'judge', 'kind', 'label', 'labels', 'latency', 'levels', 'license',
    'limits', 'look', 'margin', 'maximize', 'memory', 'metric', 'metrics', 'minimize', 'model',
    'needs', 'objective', 'off', 'on', 'over', 'overlaps', 'owner', 'paired', 'params', 'per_item',
    'pilot', 'positive', 'power', 'predict', 'prediction', 'predictions', 'prefer', 'pretrained_on',
    'price', 'primary', 'protocol', 'published', 'range', 'rank', 'released', 'remove', 'report_on',
    'reported', 'require', 'requires', 'retune', 'risks', 'rows', 'run', 'score', 'seeds', 'select',
    'serve', 'set', 'sha256', 'slices', 'source', 'split', 'steps', 'strata', 'test', 'text',
    'threshold', 'time', 'tokens', 'tolerance', 'train', 'transductive', 'tune', 'unit', 'uses',
    'using', 'value', 'version', 'weight',
  ];
  const BUILTINS = [
    'abs', 'all', 'average_precision', 'average_precision_at', 'before', 'bh', 'bleu', 'bonferroni',
    'bootstrap', 'by', 'calibration_error', 'character_edits', 'characters', 'chrf', 'cohen_kappa',
    'column', 'count', 'deduper', 'delong', 'delta', 'distinct_items', 'every', 'exact',
    'exact_match', 'exp', 'fleiss_kappa', 'gain', 'greatest', 'grouped', 'hash', 'higher', 'hit',
    'hochberg', 'holm', 'imputer', 'interaction', 'judge', 'kendall_tau_b', 'kendall_tau_c',
    'kfold', 'krippendorff_alpha', 'label', 'last_value', 'latency', 'least', 'list_diversity',
    'log', 'lower', 'majority', 'max', 'mean', 'median', 'min', 'ndcg', 'ndcg_of_scores',
    'newcombe', 'none', 'normal', 'order_statistic', 'p_value', 'pass_at_k', 'pearson', 'point',
    'popularity', 'positive', 'possibly', 'pr_auc', 'precision_at', 'prediction', 'prompt',
    'quantile', 'r2', 'randolph_kappa', 'recall_at', 'reciprocal_rank', 'relative', 'retrieval',
    'roc_auc', 'rolling', 'rouge_l', 'rouge_lsum', 'rouge_n', 'same_set', 'sampler', 'scaler',
    'score', 'score_rank', 'selector', 'self_information', 'sentence_bleu', 'sentence_chrf',
    'set_difference', 'set_overlap', 'sets_overlap', 'share', 'spearman', 'sqrt', 'stratified',
    'sum', 't', 'teacher', 'ter_edits', 'ter_words', 'token_f1', 'tokenizer', 'top_class_is',
    'top_score', 'upper', 'vectorizer', 'width', 'wilson', 'win_rate', 'word_edits', 'word_hits',
    'words',
  ];
  const UNITS = [
    'AUD', 'B', 'CAD', 'CHF', 'CNY', 'EUR', 'GBP', 'GiB', 'INR', 'J', 'JPY', 'KiB', 'MiB', 'SEK',
    'USD', 'd', 'h', 'kWh', 'min', 'ms', 'pp', 's', 'tokens', 'us',
  ];
  // words:end
  const any = words => `(?:${[...words].sort((a, b) => b.length - a.length).join('|')})`;
  const NAME = '[\\p{L}_][\\p{L}\\p{M}\\p{N}_]*';
  const NO_NAME = '(?![\\p{L}\\p{M}\\p{N}_])';
  const NOT_IN_NAME = '(?<![\\p{L}\\p{M}\\p{N}_])';

  const COMMENT = {
    variants: [
      { scope: 'comment', begin: /#(?!#)/, end: /$/ },
      { scope: 'comment.documentation', begin: /##/, end: /$/ },
    ],
  };
  const STRING = {
    scope: 'string',
    begin: /"/,
    end: /"|$/,
    contains: [
      { scope: 'char.escape', match: /\\./ },
      { match: /\{\{|\}\}/ },
      { scope: 'subst', match: new RegExp(`\\{${NAME}(?::[^"{}|\\n]*\\|[^"{}|\\n]*)?\\}`, 'u') },
    ],
  };
  const DIGITS = '(?:[0-9](?:_*[0-9])*(?:\\.[0-9](?:_*[0-9])*)?|\\.[0-9](?:_*[0-9])*)(?:[eE][+-]?[0-9]+)?';
  const KNOWN = `${any(UNITS)}(?:/${any(UNITS)})?${NO_NAME}`;
  const ATTACHED = `(?!${any([...OPERATORS, ...RULES])}${NO_NAME})${NAME}(?:/${NAME})?`;
  const FOLLOWED = `(?![\\p{L}\\p{N}_/]|[ \\t]*(?:[:(\\[]|=(?!=)|\\.(?!\\.)|${any(RULES)}${NO_NAME}))`;
  const NUMBER = {
    scope: 'number',
    match: new RegExp(
      `${NOT_IN_NAME}${DIGITS}(?:[ \\t]*%|/(?:s|min|h)(?![\\p{L}\\p{N}_(])|${ATTACHED}|[ \\t]+${KNOWN}${FOLLOWED})?`,
      'u',
    ),
  };
  const WORD = { scope: 'keyword', match: new RegExp(`${NOT_IN_NAME}${any(OPERATORS)}${NO_NAME}(?!\\s*:)`, 'u') };
  const FOLD = {
    variants: [
      {
        begin: [any(FOLDS), /\s+/, /over/, /\s+/, /class/, /\s+/, new RegExp(NAME, 'u'), /\s+/, /of/],
        beginScope: { 1: 'built_in', 3: 'keyword', 5: 'keyword', 7: 'variable', 9: 'keyword' },
      },
      {
        begin: [any(FOLDS), /\s+/, new RegExp(`by(?=\\s+[\\p{L}_])`, 'u')],
        beginScope: { 1: 'built_in', 3: 'keyword' },
      },
      { scope: 'keyword', match: new RegExp(`${NOT_IN_NAME}of(?=\\s*\\()`, 'u') },
    ],
  };
  const CALL = {
    variants: [
      { scope: 'built_in', match: new RegExp(`${NOT_IN_NAME}${any([...BUILTINS, ...FOLDS])}(?=\\s*\\()`, 'u') },
      { scope: 'title.function', match: new RegExp(`${NOT_IN_NAME}${NAME}(?=\\s*\\()`, 'u') },
    ],
  };
  const OPERATOR = { scope: 'operator', match: /==|!=|<=|>=|<|>|\.\.|[-+*/]/ };
  const VARIABLE = { scope: 'variable', match: new RegExp(NAME, 'u') };

  const BLOCK = { begin: /\{/, end: /\}/, contains: [] };
  const BRACKETS = { begin: /[[(]/, end: /[\])]/, contains: [] };
  const EXPRESSION = [COMMENT, STRING, NUMBER, FOLD, WORD, CALL, BRACKETS, BLOCK, OPERATOR, VARIABLE];
  const QUOTED = '"(?:[^"\\\\\\n]|\\\\.)*"(?=\\s*:)';
  BLOCK.contains = [
    { scope: 'attr', match: new RegExp(`${NOT_IN_NAME}${any(FIELDS)}(?=\\s*:)`, 'u') },
    { scope: 'property', match: new RegExp(`${NOT_IN_NAME}${NAME}(?=\\s*:)|${QUOTED}`, 'u') },
    {
      begin: [new RegExp(NAME, 'u'), /\s+/, new RegExp(`${any(RULES)}${NO_NAME}`, 'u')],
      beginScope: { 1: 'symbol', 3: 'keyword' },
    },
    ...EXPRESSION,
  ];
  BRACKETS.contains = [
    { scope: 'params', match: new RegExp(`${NOT_IN_NAME}${NAME}(?=\\s*:)|${QUOTED}`, 'u') },
    ...EXPRESSION,
  ];

  const HEAD = [
    COMMENT,
    { scope: 'keyword', match: new RegExp(`${NOT_IN_NAME}${any(HEADS)}(?=[ \\t]+[\\p{L}_]|[ \\t]*\\[)`, 'u') },
    OPERATOR,
    BRACKETS,
    VARIABLE,
  ];
  const head = (begin, beginScope, contains = HEAD) => ({ begin, beginScope, end: /(?=\{)|$/, contains });
  const T = new RegExp(NAME, 'u');

  return {
    name: 'Bench',
    aliases: ['bench'],
    case_insensitive: false,
    unicodeRegex: true,
    contains: [
      COMMENT,
      {
        begin: [/@allow/, /\s*/, /\(/],
        beginScope: { 1: 'meta' },
        end: /\)/,
        contains: [COMMENT, STRING, { scope: 'symbol', match: /[\p{L}\p{N}_-]+/u }],
      },
      {
        begin: [new RegExp(`${NOT_IN_NAME}use(?=\\s+[\\p{L}_"])`, 'u')],
        beginScope: { 1: 'keyword' },
        end: /$/,
        contains: [
          COMMENT,
          STRING,
          { scope: 'keyword', match: /(?<="\s*)as(?=\s)/ },
          { begin: /\{/, end: /\}/, contains: [COMMENT, VARIABLE] },
          { scope: 'title.class', match: T },
        ],
      },
      head([/metric|protocol/, /\s+/, T], { 1: 'keyword', 3: 'title.function' }, [
        { begin: /\(/, end: /\)/, contains: [COMMENT, { scope: 'params', match: T }] },
        COMMENT,
      ]),
      head([/stop|decide/, /\s+/, new RegExp(`for${NO_NAME}`, 'u')], { 1: 'keyword', 3: 'keyword' }),
      head([/ablation|factorial/, /\s+/, new RegExp(`of${NO_NAME}`, 'u')], { 1: 'keyword', 3: 'keyword' }),
      head([new RegExp(`compare(?=\\s+[\\p{L}_])`, 'u')], { 1: 'keyword' }),
      head([new RegExp(any(ITEMS)), /\s+/, T], { 1: 'keyword', 3: 'title.class' }),
      BLOCK,
    ],
  };
}

if (typeof module !== 'undefined') module.exports = bench;
