// Every page, light and dark, on a wide screen and on two phones: it opens without a complaint, asks nothing of
// the outside world, does not scroll sideways, its pictures have a text, and axe finds nothing.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { NARROW, SMALLEST, WIDE, openReader } from "../book.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What reaches over the right or left edge of the window and cannot be scrolled into view in a box of its own. */
function overflowing() {
  const edge = document.documentElement.clientWidth;
  const wrong = [];
  if (document.scrollingElement.scrollWidth > edge) wrong.push(`the page is ${document.scrollingElement.scrollWidth} wide in a window of ${edge}`);
  const scrolls = (element) => {
    for (let box = element.parentElement; box !== null && box.id !== "mdbook-content"; box = box.parentElement) {
      if (box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto") return true;
    }
    return false;
  };
  for (const element of document.querySelectorAll(".content *, .menu-bar *")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || (box.right <= edge + 1 && box.left >= -1) || scrolls(element)) continue;
    if (element.closest(".skip, svg")) continue;
    wrong.push(`<${element.localName} class="${element.className}"> spans ${box.left.toFixed()} to ${box.right.toFixed()} of ${edge}`);
  }
  return wrong.slice(0, 3);
}

/** A box of code is uniform: its first lines, and one line of each kind after them, stand for all in axe's contrast rule. */
function thinOut() {
  for (const box of document.querySelectorAll("pre")) {
    const seen = new Set();
    for (const [i, line] of [...box.querySelectorAll(".l, pre.diff > *")].entries()) {
      const kinds = [line, ...line.querySelectorAll("[class]")].map((part) => `${line.className}/${part.className}`);
      if (i >= 5 && kinds.every((kind) => seen.has(kind))) line.remove();
      for (const kind of kinds) seen.add(kind);
    }
  }
}

async function axe(page, rules) {
  const { violations } = await page.evaluate((rules) => axe.run(document, { runOnly: rules, resultTypes: ["violations"] }), rules);
  return violations.map(({ id, nodes }) => {
    const first = nodes[0];
    const ratio = first.any[0]?.data?.contrastRatio;
    return `${id} ×${nodes.length} (${first.target.join(" ")}${ratio ? `, ${ratio}:1` : ""})`;
  });
}

async function visit(browser, book, path) {
  const wrong = [];
  for (const size of [WIDE, NARROW]) {
    const reader = await openReader(browser, book, { theme: null, size });
    const { page } = reader;
    const note = (where, problems) => wrong.push(...problems.map((problem) => `${where} ${size.width}: ${problem}`));
    await reader.goto(path);
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      await page.locator(`html.${theme === "dark" ? "navy" : "light"}`).waitFor();
      note(theme, await page.evaluate(overflowing));
      if (size === NARROW) {
        await page.setViewportSize(SMALLEST);
        note(theme, (await page.evaluate(overflowing)).map((problem) => `at ${SMALLEST.width}, ${problem}`));
        await page.setViewportSize(NARROW);
      }
    }
    note("any", await page.$$eval("img:not([alt])", (images) => images.map((image) => `no alt on ${image.src}`)));
    await page.evaluate(thinOut);
    await page.evaluate(AXE);
    note("dark", await axe(page, RULES));
    // Of axe's rules only that of contrast looks at colours.
    await page.emulateMedia({ colorScheme: "light" });
    await page.locator("html.light").waitFor();
    note("light", await axe(page, ["color-contrast"]));
    note("any", reader.complaints);
    await reader.close();
  }
  return wrong;
}

export async function run({ browser, book, check }) {
  // Two at a time: a page and its checks keep about one core busy.
  const queue = [...book.pages];
  const worker = async () => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      await check(`page ${path}`, () => visit(browser, book, path));
    }
  };
  await Promise.all([worker(), worker()]);
}
