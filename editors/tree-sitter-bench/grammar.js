/**
 * The grammar of `.bench` plans for editors: it accepts every valid plan and stays useful while one is typed.
 * What a plan means, and every slip that deserves a message of its own, is the compiler's business
 * (grammar/bench.pest); a test parses every valid plan of the repository with both.
 *
 * Line ends are blanks here: a field's name is never an operator, so the next field ends the last one. The one
 * place where they count, whether a number has a unit, is decided in src/scanner.c.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = { or: 1, and: 2, not: 3, compare: 4, range: 5, add: 6, multiply: 7, sign: 8, suffix: 9 };

const WORD = /[\p{XID_Start}_][\p{XID_Continue}]*/;

/** One or more, with commas between and a trailing one allowed. */
const commas = rule => seq(rule, repeat(seq(',', rule)), optional(','));

module.exports = grammar({
  name: 'bench',

  externals: $ => [$.unit],

  extras: $ => [/[\s\u00A0\uFEFF]/, $.comment],

  word: $ => $.identifier,

  supertypes: $ => [$._expression],

  conflicts: $ => [
    // `metric: mean` and, a line below, `over: folds`
    [$.folded, $.path],
  ],

  rules: {
    source_file: $ => repeat(choice($.use, $.item)),

    comment: _ => token(/#[^\n]*/),

    // --- items ---

    use: $ => seq(
      optional($._waivers),
      'use',
      choice(
        seq(field('file', $.string), 'as', field('name', $.identifier)),
        seq(field('path', alias($._module, $.path)), optional(seq('.', $.imports))),
      ),
    ),
    _module: $ => choice($.identifier, seq($._module, '.', $.identifier)),
    imports: $ => seq('{', optional(commas($.identifier)), '}'),

    item: $ => seq(optional($._waivers), field('head', $._head), field('body', $.block)),

    _waivers: $ => repeat1($.allow),
    allow: $ => seq('@', 'allow', '(', field('code', $.code), optional(seq(',', field('reason', $.string))), optional(','), ')'),
    code: _ => token(/[\p{XID_Continue}-]+/),

    _head: $ => choice($.declaration, $.comparison, $.study, $.selection, $.decision, $.stopping),
    declaration: $ => seq(
      field('kind', choice(
        'plan', 'dataset', 'step', 'component', 'hardware', 'metric', 'protocol',
        'system', 'baseline', 'candidate',
      )),
      field('name', $.identifier),
      optional($.parameters),
      optional(seq('from', field('from', $.variant))),
    ),
    parameters: $ => seq('(', optional(commas($.identifier)), ')'),
    comparison: $ => seq('compare', $.variant, 'with', $._variants),
    study: $ => seq(choice('ablation', 'factorial'), 'of', $.variant),
    selection: $ => seq('select', field('name', $.identifier), 'from', $._variants),
    decision: $ => seq('decide', optional(field('name', $.identifier)), 'for', $.variant, 'against', $.variant),
    stopping: $ => seq('stop', 'for', $.variant, 'against', $.variant),
    _variants: $ => choice($.variant, seq('[', commas($.variant), ']')),
    variant: $ => prec.right(seq($.path, optional($.index), repeat(seq('-', field('without', $.identifier))))),

    // --- bodies ---

    block: $ => seq('{', repeat(choice($.field, $.rule, ',')), '}'),
    field: $ => seq(
      field('name', choice($.identifier, alias(choice('over', 'by'), $.identifier), $.string)),
      ':',
      field('value', $._value),
    ),
    rule: $ => seq(
      field('outcome', $.identifier),
      choice(seq('when', field('condition', $._expression)), 'otherwise'),
    ),

    // --- values and expressions ---

    _value: $ => choice($.block, prec.right(seq($._expression, optional(field('options', $.block))))),

    _expression: $ => choice(
      $.binary, $.unary, $.quantity, $.string, $.parenthesised, $.list, $.every, $.folded, $.call, $.indexed, $.path,
    ),
    binary: $ => choice(
      prec.left(PREC.or, seq($._expression, 'or', $._expression)),
      prec.left(PREC.and, seq($._expression, 'and', $._expression)),
      prec.left(PREC.compare, seq(
        $._expression,
        field('operator', choice('==', '!=', '<', '<=', '>', '>=', 'in', seq('not', 'in'))),
        $._expression,
      )),
      prec.left(PREC.range, seq($._expression, '..', $._expression)),
      prec.left(PREC.add, seq($._expression, choice('+', '-'), $._expression)),
      prec.left(PREC.multiply, seq($._expression, choice('*', '/'), $._expression)),
    ),
    unary: $ => choice(
      prec(PREC.not, seq('not', $._expression)),
      prec(PREC.sign, seq(choice('-', '+'), $._expression)),
    ),
    parenthesised: $ => seq('(', $._expression, ')'),
    list: $ => seq('[', optional($._arguments), ']'),
    every: $ => seq('every', $.path, $.parenthesised),
    folded: $ => seq(
      $.fold,
      choice(
        seq('over', 'class', field('class', $.identifier)),
        seq('by', field('by', choice($.path, $.call))),
      ),
      'of',
      $.parenthesised,
    ),
    fold: _ => choice('mean', 'sum', 'min', 'max'),
    call: $ => prec(PREC.suffix, seq(field('function', alias($._callee, $.path)), '(', optional($._arguments), ')')),
    _callee: $ => choice($.fold, $._path),
    indexed: $ => prec(PREC.suffix, seq($.path, $.index)),
    index: $ => seq('[', optional($._arguments), ']'),
    _arguments: $ => commas($.argument),
    argument: $ => choice(
      seq(field('name', choice($.identifier, $.string)), ':', field('value', $._value)),
      $._value,
    ),

    path: $ => choice($._path, $.fold),
    _path: $ => prec.right(seq($.identifier, repeat(seq(token.immediate('.'), alias(token.immediate(WORD), $.identifier))))),
    identifier: _ => WORD,

    quantity: $ => prec.right(seq($.number, optional($.unit))),
    number: _ => token(/([0-9](_*[0-9])*(\.[0-9](_*[0-9])*)?|\.[0-9](_*[0-9])*)([eE][+-]?[0-9]+)?/),

    string: $ => seq(
      '"',
      repeat(choice($._text, $.escape, $.hole, $._braces)),
      token.immediate('"'),
    ),
    _text: _ => token.immediate(prec(1, /[^"\\\n{}]+/)),
    escape: _ => token.immediate(prec(1, /\\[^\n]/)),
    hole: _ => token.immediate(prec(2, /\{[\p{XID_Start}_][\p{XID_Continue}]*(:[^"{}\n|]*\|[^"{}\n|]*)?\}/)),
    _braces: _ => token.immediate(prec(1, /\{\{|\}\}|[{}]/)),
  },
});
