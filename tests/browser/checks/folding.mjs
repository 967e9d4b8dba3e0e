// A file in a diff folds by mouse and by keyboard, and a link to a line of code shows that line.

import { openReader } from "../book.mjs";

/** The first page that holds `selector`, opened. */
export async function pageWith(reader, book, selector) {
  for (const path of book.pages.filter((page) => page !== "print.html")) {
    await reader.goto(path);
    if ((await reader.page.locator(selector).count()) > 0) return path;
  }
  throw new Error(`no page holds ${selector}`);
}

export function run({ browser, book, check }) {
  check("a diff folds and unfolds by mouse and by keyboard", async () => {
    const reader = await openReader(browser, book);
    await pageWith(reader, book, ".diff-file");
    const file = reader.page.locator(".diff-file").first();
    const summary = file.locator("summary");
    let open = (await file.getAttribute("open")) !== null;
    const gestures = [
      ["a click", () => summary.click()],
      ["another click", () => summary.click()],
      ["Enter", () => summary.press("Enter")],
      ["the space bar", () => summary.press("Space")],
    ];
    for (const [name, gesture] of gestures) {
      await gesture();
      open = !open;
      await file.locator("pre.diff").waitFor({ state: open ? "visible" : "hidden" }).catch(() => {
        throw new Error(`${name} did not ${open ? "unfold" : "fold"} it`);
      });
    }
    await reader.close();
    return reader.complaints;
  });

  check("a listing's file name leads to its line, unfolded", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    await pageWith(reader, book, "figure.listing a.path[href*='#']");
    const href = await page.locator("figure.listing a.path[href*='#']").first().evaluate((link) => link.href);
    await page.goto(href);
    const target = page.locator(`[id="${decodeURIComponent(new URL(href).hash.slice(1))}"]`);
    await target.waitFor();
    await page.evaluate(() => new Promise(requestAnimationFrame));
    const inView = await target.evaluate((line) => {
      const { top, bottom } = line.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    await reader.close();
    return inView ? reader.complaints : [`${href} is not in view`];
  });
}
