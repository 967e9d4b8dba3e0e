// Arrow keys turn the page only when nothing has the focus, and not at all for who switched that off.

import { NARROW, openReader } from "../book.mjs";

/** Presses a key and says whether mdBook turned the page for it. The links to turn by lead nowhere meanwhile. */
async function turns(page, key) {
  await page.evaluate(() => {
    history.replaceState(null, "", "#");
    for (const link of document.querySelectorAll(".nav-chapters")) link.href = "#turned";
  });
  await page.keyboard.press(key);
  return page.evaluate(() => location.hash === "#turned");
}

export function run({ browser, book, check }) {
  const chapters = book.pages.filter((page) => /^ch\d+[^/]*\/index\.html$/.test(page));

  check("arrow keys leave the page alone while one of its controls has the focus", async () => {
    const reader = await openReader(browser, book, { size: NARROW });
    const { page } = reader;
    const wrong = [];
    const seen = new Set();
    for (const path of chapters) {
      await reader.goto(path);
      for (const selector of ["summary", "pre[tabindex='0']", ".copy", "main a:not(.header)", ".table-wrapper[tabindex='0']", "#mdbook-theme-toggle", "#bestiary-sidebar"]) {
        const control = page.locator(selector).first();
        if (seen.has(selector) || (await control.count()) === 0) continue;
        seen.add(selector);
        for (const key of ["ArrowRight", "ArrowLeft"]) {
          await control.focus();
          if (await turns(page, key)) wrong.push(`${key} on ${selector} turned ${path}`);
        }
      }
    }
    await reader.close();
    for (const needed of ["summary", "pre[tabindex='0']", ".copy"]) if (!seen.has(needed)) wrong.push(`no chapter has ${needed}`);
    return wrong;
  });

  check("an arrow key turns the page when nothing has the focus", async () => {
    const reader = await openReader(browser, book);
    await reader.goto(chapters[0]);
    const next = await reader.page.locator(".nav-chapters.next").getAttribute("href");
    await reader.page.keyboard.press("ArrowRight");
    await reader.page.waitForURL(new URL(next, new URL(chapters[0], book.url)).href);
    await reader.close();
  });

  check("turning pages by arrow key can be switched off, and stays off", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    const item = page.locator("#bestiary-arrows");
    await reader.goto(chapters[0]);
    await page.locator("#mdbook-theme-toggle").click();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    if ((await item.getAttribute("aria-checked")) !== "false") throw new Error("the menu's entry did not switch it off by keyboard");
    await page.reload();
    if (await turns(page, "ArrowRight")) throw new Error("ArrowRight still turns the page after a reload");
    await page.locator("#mdbook-theme-toggle").click();
    await item.click();
    await page.reload();
    if (!(await turns(page, "ArrowRight"))) throw new Error("it cannot be switched on again");
    await reader.close();
  });

  check("the sidebar opens by keyboard", async () => {
    const reader = await openReader(browser, book, { size: NARROW });
    const { page } = reader;
    await reader.goto(chapters[0]);
    await page.locator("#bestiary-sidebar").press("Enter");
    await page.locator("#mdbook-sidebar .chapter a").first().waitFor();
    await page.locator("#bestiary-sidebar[aria-expanded='true']").waitFor();
    await reader.close();
  });

  check("the first Tab leads to a link that skips to the text", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    await reader.goto(chapters[0]);
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement.className);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    const inside = await page.evaluate(() => document.activeElement.closest("main") !== null);
    await reader.close();
    if (first !== "skip") return [`Tab leads to ${first || "something else"}`];
    return inside ? [] : ["the next Tab is not in the text"];
  });
}
