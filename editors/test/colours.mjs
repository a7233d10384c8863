// The colours of other engines, held to those of the language server on every valid plan of the repository: the
// TextMate grammar by the engine of VS Code, the definition of highlight.js by highlight.js.
//
//   node colours.mjs CORPUS.json EDITORS      (CORPUS.json is written by `cargo test editors`)

import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import hljs from 'highlight.js/lib/core';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const [corpus, editors] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const plans = JSON.parse(fs.readFileSync(corpus, 'utf8'));

/** What a name stands for only the server knows: names of every kind are one class. */
const NAMES = new Set(['Type', 'Function', 'Variable', 'Module']);
const common = name => (NAMES.has(name) ? 'Name' : name);

/** Compares what an engine says of each character with what the server says; blanks have no colour. */
function compare(engine, classesOf) {
  const faults = [];
  let words = 0;
  for (const plan of plans) {
    const text = plan.pieces.map(([piece]) => piece).join('');
    const { classes, invalid } = classesOf(text);
    for (const scope of invalid) faults.push(`${plan.name}: ${scope}`);
    let at = 0;
    for (const [piece, own] of plan.pieces) {
      if (own) {
        words += 1;
        for (let i = 0; i < piece.length; i += 1) {
          if (/\s/.test(piece[i]) || classes[at + i]?.startsWith(common(own))) continue;
          const line = text.slice(0, at).split('\n').length;
          faults.push(`${plan.name}:${line}: \`${piece}\` is ${common(own)}, here ${classes[at + i]}`);
          break;
        }
      }
      at += piece.length;
    }
  }
  for (const fault of faults.slice(0, 20)) console.log(`FAIL ${engine}: ${fault}`);
  const enough = plans.length > 700 && words > 20_000;
  if (!enough) console.log(`FAIL ${engine}: only ${plans.length} plans with ${words} words`);
  console.log(`${engine}: ${plans.length} plans, ${words} words, ${faults.length} differ`);
  return faults.length === 0 && enough;
}

// --- TextMate ---

const wasm = fs.readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const file = path.join(editors, 'vscode/syntaxes/bench.tmLanguage.json');
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: patterns => new oniguruma.OnigScanner(patterns),
    createOnigString: text => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(fs.readFileSync(file, 'utf8'), file),
});
const grammar = await registry.loadGrammar('source.bench');

/** The class of a scope, from the most special on. */
const SCOPES = [
  [/^comment\.line\.documentation/, 'DocComment'],
  [/^comment/, 'Comment'],
  [/^constant\.other\.placeholder/, 'Hole'],
  [/^(string|constant\.character\.escape|punctuation\.definition\.string)/, 'Text'],
  [/^(constant\.numeric|keyword\.other\.unit)/, 'Number'],
  [/^constant\.other\.(outcome|code)/, 'Constant'],
  [/^(storage\.type\.annotation|punctuation\.definition\.annotation)/, 'Annotation'],
  [/^(keyword\.operator\.word|keyword\.control|keyword\.declaration)/, 'Keyword'],
  [/^keyword\.operator/, 'Operator'],
  [/^variable\.other\.property/, 'Property'],
  [/^variable\.parameter/, 'Parameter'],
  [/^(variable|entity\.name|support\.function)/, 'Name'],
];
function byScope(scopes) {
  for (const scope of [...scopes].reverse()) {
    const found = SCOPES.find(([pattern]) => pattern.test(scope));
    if (found) return found[1];
  }
  return undefined;
}

function ofTextMate(text) {
  const classes = new Array(text.length);
  const invalid = [];
  let state = textmate.INITIAL;
  let start = 0;
  for (const line of text.split('\n')) {
    const bare = line.replace(/\r$/, '');
    const { tokens, ruleStack } = grammar.tokenizeLine(bare, state);
    state = ruleStack;
    for (const token of tokens) {
      const found = byScope(token.scopes);
      for (let i = token.startIndex; i < token.endIndex; i += 1) classes[start + i] = found;
      invalid.push(...token.scopes.filter(scope => scope.startsWith('invalid')));
    }
    start += line.length + 1;
  }
  return { classes, invalid };
}

// --- highlight.js ---

hljs.registerLanguage('bench', require(path.resolve(editors, 'highlightjs/bench.js')));
const HLJS = {
  comment: 'Comment',
  'comment.documentation': 'DocComment',
  string: 'Text',
  'char.escape': 'Text',
  subst: 'Hole',
  number: 'Number',
  symbol: 'Constant',
  meta: 'Annotation',
  keyword: 'Keyword',
  operator: 'Operator',
  attr: 'Property',
  property: 'Property',
  params: 'Parameter',
  variable: 'Name',
  built_in: 'Name',
  'title.function': 'Name',
  'title.class': 'Name',
};

/** The tree that highlight.js makes, as classes of characters. */
function ofHighlightJs(text) {
  const { _emitter: emitter, illegal, errorRaised } = hljs.highlight(text, { language: 'bench' });
  const classes = new Array(text.length);
  const invalid = illegal || errorRaised ? [String(errorRaised ?? 'illegal')] : [];
  let at = 0;
  const walk = (node, around) => {
    if (typeof node === 'string') {
      for (let i = 0; i < node.length; i += 1) classes[at + i] = around;
      at += node.length;
      return;
    }
    const own = node.scope ? HLJS[node.scope] : around;
    if (node.scope && !own) invalid.push(`scope ${node.scope}`);
    node.children.forEach(child => walk(child, own));
  };
  walk(emitter.rootNode, undefined);
  if (at !== text.length) invalid.push('the text is not whole');
  return { classes, invalid };
}

const fine = [compare('textmate', ofTextMate), compare('highlight.js', ofHighlightJs)];
process.exit(fine.every(Boolean) ? 0 : 1);
