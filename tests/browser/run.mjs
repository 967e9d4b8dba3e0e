// Checks the built book in a real browser:
//
//   node run.mjs BOOKDIR|URL [WORD …]      (a word: only the checks whose name has it)
//
// One line a check, `ok …` or `FAIL …: why`; exits with 1 if any failed. Needs `npm ci` once, and Chromium at
// /usr/bin/chromium or in $CHROMIUM. No check sleeps: each waits for what it expects, for ten seconds at most.

import { openBook, openBrowser } from "./book.mjs";
import * as bare from "./checks/bare.mjs";
import * as beasts from "./checks/beasts.mjs";
import * as copying from "./checks/copying.mjs";
import * as folding from "./checks/folding.mjs";
import * as keys from "./checks/keys.mjs";
import * as notes from "./checks/notes.mjs";
import * as pages from "./checks/pages.mjs";
import * as paper from "./checks/paper.mjs";
import * as search from "./checks/search.mjs";
import * as themes from "./checks/themes.mjs";
import * as trace from "./checks/trace.mjs";

const [where, ...words] = process.argv.slice(2);
if (where === undefined) {
  console.error("usage: node run.mjs BOOKDIR|URL [WORD …]");
  process.exit(2);
}

const started = performance.now();
const book = await openBook(where);
const browser = await openBrowser();
let passed = 0;
let failed = 0;

/** No check may hang the run: one without an answer after `minutes` has failed. */
function inTime(work, minutes) {
  let timer;
  const tooLong = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${minutes} minutes`)), minutes * 60_000);
  });
  return Promise.race([work, tooLong]).finally(() => clearTimeout(timer));
}

/** Runs one check. It fails by throwing; an array it returns is a list of what is wrong. */
async function run({ name, body, minutes }) {
  try {
    const wrong = (await inTime(body(), minutes)) ?? [];
    const more = wrong.length > 6 ? [`and ${wrong.length - 6} more`] : [];
    if (wrong.length > 0) throw new Error([...wrong.slice(0, 6), ...more].join("; "));
    passed += 1;
    console.log(`ok   ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${error.message.split("\nCall log")[0].replace(/\s*\n\s*/g, " ")}`);
  }
}

const queue = [];
/** Queues a check. One whose work grows with the book says how many `minutes` pass before it counts as hung. */
const check = (name, body, { minutes = 2 } = {}) => {
  if (words.length === 0 || words.some((word) => name.includes(word))) queue.push({ name, body, minutes });
};
for (const group of [pages, notes, search, themes, folding, keys, copying, bare, paper, beasts, trace]) {
  group.run({ browser, book, check });
}

// Two at a time: a check keeps about one core busy.
async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next);
}
await Promise.all([worker(), worker()]);

await browser.close();
book.close();
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`${passed} ok, ${failed} failed, ${book.pages.length} pages, ${seconds} s`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
