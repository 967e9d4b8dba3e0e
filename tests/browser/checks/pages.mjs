// Every page, light and dark, on screens from 1920 to 360 wide: it opens without a complaint, asks nothing of
// the outside world, does not scroll sideways, its pictures have a text, and axe finds nothing.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { NARROW, WIDE, openReader } from "../book.mjs";

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

/** Code is uniform: axe need see only the first lines of each box, and one line of each kind after them. */
function thinOut() {
  const seen = new Set();
  for (const box of document.querySelectorAll("pre")) {
    for (const [i, line] of [...box.querySelectorAll(".l, pre.diff > *")].entries()) {
      const kinds = [line, ...line.querySelectorAll("[class]")].map((part) => `${box.className} ${line.className} ${part.className}`);
      if (i >= 2 && kinds.every((kind) => seen.has(kind))) line.remove();
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

async function visit(reader, path) {
  const { page, complaints } = reader;
  const wrong = [];
  for (const size of [WIDE, NARROW]) {
    const note = (where, problems) => wrong.push(...problems.map((problem) => `${where} ${size.width}: ${problem}`));
    const change = async (theme) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.locator(`html.${theme === "dark" ? "navy" : "light"}`).waitFor();
    };
    // The sidebar decides by the width at loading whether to be open.
    await page.setViewportSize(size);
    await reader.goto(path);
    for (const theme of ["light", "dark"]) {
      await change(theme);
      const between = theme === "light" ? [1920, 1280, 1024, 768] : [];
      for (const width of size === NARROW ? [360, 390] : [...between, 1440]) {
        await page.setViewportSize({ ...size, width });
        note(theme, (await page.evaluate(overflowing)).map((problem) => `resized to ${width}, ${problem}`));
      }
    }
    note("any", await page.$$eval("img:not([alt])", (images) => images.map((image) => `no alt on ${image.src}`)));
    await page.evaluate(thinOut);
    await page.evaluate(AXE);
    note("dark", await axe(page, RULES));
    // Of axe's rules only that of contrast looks at colours.
    await change("light");
    note("light", await axe(page, ["color-contrast"]));
    note("any", complaints.splice(0));
  }
  return wrong;
}

export function run({ browser, book, check }) {
  // A reader who has the style sheets already opens the next page four times as fast.
  const idle = [];
  for (const path of book.pages) {
    // The print page is all the others in one.
    const minutes = path === "print.html" ? 15 : 4;
    check(`page ${path}`, async () => {
      const reader = idle.pop() ?? (await openReader(browser, book, { theme: null }));
      const wrong = await visit(reader, path);
      idle.push(reader);
      return wrong;
    }, { minutes });
  }
}
