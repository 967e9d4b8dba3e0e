// Pictures of the book for a person to look at:
//
//   node shots.mjs BOOKDIR|URL OUTDIR [PAGE[#fragment] …]      (default: every page but the print page)
//
// Each page is taken whole, light and dark, wide and narrow: OUTDIR/ch01-blocking-index.dark.narrow.png

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { NARROW, WIDE, openBook, openBrowser, openReader } from "./book.mjs";

const [where, out, ...only] = process.argv.slice(2);
if (out === undefined) {
  console.error("usage: node shots.mjs BOOKDIR|URL OUTDIR [PAGE …]");
  process.exit(2);
}
mkdirSync(out, { recursive: true });

const book = await openBook(where);
const browser = await openBrowser();
const pages = only.length > 0 ? only : book.pages.filter((page) => page !== "print.html");
for (const theme of ["light", "dark"]) {
  for (const [name, size] of [["wide", WIDE], ["narrow", NARROW]]) {
    const reader = await openReader(browser, book, { theme, size });
    for (const path of pages) {
      await reader.goto(path);
      await reader.page.evaluate(() => document.fonts.ready);
      const file = join(out, `${path.replace(/\.html$/, "").replace(/\W+/g, "-")}.${theme}.${name}.png`);
      // A picture much taller than this is scaled down past reading; one window is taken where a fragment is named.
      const height = await reader.page.evaluate(() => document.documentElement.scrollHeight);
      await reader.page.screenshot({ path: file, fullPage: !path.includes("#") && height < 16_000 });
      console.log(file);
    }
    await reader.close();
  }
}
await browser.close();
book.close();
