// The book can be printed: black on white whatever the theme, with every file unfolded and nothing cut off.

import { openReader } from "../book.mjs";
import { pageWith } from "./folding.mjs";

export function run({ browser, book, check }) {
  check("the whole book prints", async () => {
    const reader = await openReader(browser, book, { theme: "dark" });
    await reader.goto("print.html");
    const pdf = await reader.page.pdf({ format: "A4" });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    await reader.close();
    const chapters = book.pages.filter((page) => /^ch\d+[^/]*\/index\.html$/.test(page)).length;
    if (sheets <= chapters) throw new Error(`${sheets} sheets for ${chapters} chapters`);
    return reader.complaints;
  });

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
      const ink = getComputedStyle(document.querySelector("main")).color.match(/\d+/g).map(Number);
      if (Math.max(...ink) > 100) found.push(`the text is rgb(${ink}), too light for paper`);
      return [...new Set(found)];
    });
    await reader.close();
    return wrong;
  });
}
