// The book can be printed: black on white whatever the theme, with every file unfolded and nothing cut off.

import { openReader } from "../book.mjs";
import { pageWith } from "./folding.mjs";

/** What the margins leave of an A4 sheet. */
const SHEET = { width: 673, height: 1000 };

export function run({ browser, book, check }) {
  const wholeBook = async () => {
    const reader = await openReader(browser, book, { size: SHEET, theme: "dark" });
    const { page } = reader;
    await reader.goto("print.html");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const wrong = await page.evaluate(() => {
      const found = [];
      const edge = document.querySelector("main").getBoundingClientRect().right;
      for (const box of document.querySelectorAll("main :is(pre, table)")) {
        const { right } = box.getBoundingClientRect();
        const over = Math.round(Math.max(right - edge, box.scrollWidth - box.clientWidth));
        if (over > 1) found.push(`a ${box.localName} is cut off by ${over}: ${box.textContent.slice(0, 30)}…`);
      }
      return found;
    });
    const pdf = await page.pdf({ format: "A4" });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    await reader.close();
    const chapters = book.pages.filter((page) => /^ch\d+[^/]*\/index\.html$/.test(page)).length;
    if (sheets <= chapters) throw new Error(`${sheets} sheets for ${chapters} chapters`);
    return [...wrong, ...reader.complaints];
  };
  // Chromium lays the whole book out four times for it: half a minute, and more where the machine is busy.
  check("the whole book prints, and nothing is cut off", wholeBook, { minutes: 10 });

  check("on paper, diffs are unfolded, wrapped and on white", async () => {
    const reader = await openReader(browser, book, { theme: "dark" });
    const { page } = reader;
    await pageWith(reader, book, ".diff-file");
    await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = false)));
    await page.setViewportSize({ width: 700, height: 1000 });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const wrong = await page.evaluate(() => {
      const found = [];
      for (const diff of document.querySelectorAll("pre.diff")) {
        if (diff.getBoundingClientRect().height === 0) found.push("a folded file stays folded");
        if (diff.scrollWidth > diff.clientWidth) found.push(`a line is cut off: ${diff.scrollWidth} in ${diff.clientWidth}`);
      }
      for (const pre of document.querySelectorAll("pre")) {
        if (pre.scrollWidth > pre.clientWidth) found.push(`a box of code is cut off: ${pre.textContent.slice(0, 30)}…`);
      }
      // For every sheet the browser goes through all the layers of the book (see bestiary.css).
      const layered = (line) => ["", "::before", "::after"].some((part) => {
        const { content, position } = getComputedStyle(line, part);
        return (part === "" || !["none", "normal"].includes(content)) && position !== "static";
      });
      if (Array.from(document.querySelectorAll(".l, pre.diff > *")).some(layered)) found.push("a line of code is a layer of its own");
      const ink = getComputedStyle(document.querySelector("main")).color.match(/\d+/g).map(Number);
      if (Math.max(...ink) > 100) found.push(`the text is rgb(${ink}), too light for paper`);
      return [...new Set(found)];
    });
    await reader.close();
    return wrong;
  });
}
