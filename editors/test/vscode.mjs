// VS Code as a user has it, served to Chromium by code-server, with the packaged extension: a plan, and what a user
// does with it.
//
//   node vscode.mjs URL BENCHWRIGHT PLAN SCREENSHOT.png
//
// URL opens a folder whose one plan is PLAN. Ends with 1 where something is not as it should be.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const [url, benchwright, plan, screenshot] = process.argv.slice(2);
const PATIENCE = 60_000;
let passed = 0;
let failed = 0;
function check(name, ok, detail = '') {
  if (ok) passed += 1;
  else failed += 1;
  console.log(ok ? `ok   ${name}` : `FAIL ${name}  ${JSON.stringify(detail).slice(0, 400)}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-sync',
    '--disable-background-networking', '--disable-component-update',
  ],
});
const context = await browser.newContext({ viewport: { width: 1040, height: 680 } });
const page = await context.newPage();
page.setDefaultTimeout(PATIENCE);

/** Whether something comes to hold: asked again and again until it does. */
async function comes(holds) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = await holds().catch(() => false);
    if (found || Date.now() > end) return found;
    await page.waitForTimeout(50);
  }
}
const plain = text => text.replace(/\u00a0/g, ' ');
/** The lines of the plan, from above; all of them are in sight. */
const lines = async () => {
  const found = await page.$$eval('.editor-instance .view-lines .view-line', all =>
    all.map(line => [parseFloat(line.style.top), line.textContent]),
  );
  return found.sort((a, b) => a[0] - b[0]).map(([, text]) => plain(text));
};
const shows = text => comes(async () => (await lines()).some(line => line.includes(text)));
/** Runs a command of the palette. */
async function command(title) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill(`>${title}`);
  const entry = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await entry.waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}
/** Sets the cursor on a line, by its number and column. */
async function go(needle, within = 0) {
  const text = await lines();
  const row = text.findIndex(line => line.includes(needle));
  if (row < 0) throw new Error(`no \`${needle}\` in sight`);
  await page.keyboard.press('Control+g');
  const input = page.locator('.quick-input-widget input.input');
  await input.waitFor();
  await input.fill(`:${row + 1}:${text[row].indexOf(needle) + within + 1}`);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}
const hover = page.locator('.monaco-hover:not(.hidden) .hover-contents').filter({ hasText: /\S/ });

try {
  await page.goto(url);
  await page.waitForSelector('.monaco-workbench');
  const file = page.locator('.explorer-folders-view .monaco-list-row', { hasText: path.basename(plan) });
  await file.first().dblclick();
  await page.waitForSelector('.editor-instance .view-line');
  await page.keyboard.press('Control+b');
  await page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  check('the file is a plan', await comes(async () => (await page.locator('#status\\.editor\\.mode').innerText()) === 'Bench'));

  check('faults are underlined', await comes(() => page.$('.squiggly-error')));
  const colours = () => page.$$eval('.editor-instance .view-line span span', spans => new Set(spans.map(s => getComputedStyle(s).color)).size);
  check('words are coloured', await comes(async () => (await colours()) >= 6), await colours());
  const lenses = page.locator('.codelens-decoration');
  check('lenses stand above', await comes(async () => /2 systems, 10 runs/.test(plain((await lenses.allInnerTexts()).join()))));
  const hints = async () => (await lines()).some(line => /reviews\.train\W*8,000 rows/.test(line));
  check('rows are told between the words', await comes(hints), await lines());

  await go('gain(f1_macro', 6);
  await command('Show or Focus Hover');
  check('hover says what a metric is', await comes(async () => /metric f1_macro/.test(plain(await hover.first().innerText()))),
    await hover.allInnerTexts());
  await page.keyboard.press('Escape');

  await go('fit: reviews', 6);
  await command('Show or Focus Hover');
  check('and what a fault is', await comes(async () => /fit-beyond-train/.test((await hover.allInnerTexts()).join())), await hover.allInnerTexts());
  // The picture of the extension's page: the fault, its hover, the colours.
  await page.screenshot({ path: screenshot });
  await page.keyboard.press('Escape');

  await go('with words', 5);
  await page.keyboard.press('F12');
  const position = page.locator('#status\\.editor\\.selection');
  const declared = 1 + (await lines()).findIndex(line => line.startsWith('baseline words'));
  check('a name leads to its declaration', await comes(async () => (await position.innerText()).startsWith(`Ln ${declared},`)),
    await position.innerText());

  await go('on: reviews.test', 12);
  await page.keyboard.press('Control+Space');
  const offered = async () => (await page.locator('.suggest-widget.visible .monaco-list-row .label-name').allInnerTexts()).sort();
  check('partitions are offered', await comes(async () => String(await offered()) === 'test,train,val'), await offered());
  await page.keyboard.press('Escape');

  await go('candidate chars', 10);
  await page.keyboard.press('F2');
  const name = page.locator('.rename-box input.rename-input');
  await name.waitFor();
  await name.fill('letters');
  await page.keyboard.press('Enter');
  check('a system is renamed', await shows('compare letters with words'), await lines());
  check('wherever it is named', !(await lines()).some(line => /candidate chars|for chars/.test(line)), await lines());

  await go('fit: reviews', 6);
  await command('Auto Fix...');
  check('a fix mends the plan', await shows('fit: reviews.train'), await lines());
  check('and the fault goes', await comes(async () => !(await page.$('.squiggly-error'))));

  await command('Format Document');
  await comes(async () => (await lines()).some(line => line.includes('reviews.train, seeds')));
  await command('File: Save');
  const saved = await comes(async () => fs.readFileSync(plan, 'utf8').includes('compare letters'));
  const text = fs.readFileSync(plan, 'utf8');
  const want = execFileSync(benchwright, ['fmt', '-'], { input: text, encoding: 'utf8' });
  check('the plan is laid out', saved && text === want && text.includes('reviews.train, seeds'), text);

  await command('Benchwright: Check This Plan');
  const terminal = page.locator('.terminal-wrapper, .terminal-outer-container').first();
  await terminal.waitFor();
  const says = await comes(async () => {
    const rows = await page.locator('.xterm-accessibility-tree, .xterm-rows').allInnerTexts();
    return /uncorrected-multiplicity|U107/.test(rows.join());
  });
  check('its command checks the plan in the terminal', says, await page.locator('.xterm').allInnerTexts());
} catch (fault) {
  check('the script runs', false, String(fault));
  await page.screenshot({ path: `${screenshot}.fault.png` }).catch(() => {});
}
await browser.close();
console.log(`vscode: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 10 ? 0 : 1);
