// The search box finds names and prose, and leads to them.

import { openReader } from "../book.mjs";

export function run({ browser, book, check }) {
  const start = book.pages.find((page) => page.startsWith("ch01")) ?? "index.html";

  for (const word of ["epoll_wait", "customer"]) {
    check(`search finds ${word}`, async () => {
      const reader = await openReader(browser, book);
      const { page } = reader;
      await reader.goto(start);
      await page.keyboard.press("/");
      await page.locator("#mdbook-searchbar").pressSequentially(word);
      const first = page.locator("#mdbook-searchresults > li > a").first();
      await first.waitFor();
      await first.click();
      await page.waitForURL(/[?&]highlight=/);
      const text = await page.locator("main").textContent();
      await reader.close();
      if (!text.toLowerCase().includes(word)) throw new Error(`the first result does not hold it`);
      return reader.complaints;
    });
  }

  check("search says when it finds nothing", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    await reader.goto(start);
    await page.locator("#mdbook-search-toggle").click();
    await page.locator("#mdbook-searchbar").pressSequentially("zqzqzq");
    await page.locator("#mdbook-searchresults-header", { hasText: /No search results/ }).waitFor();
    await reader.close();
  });
}
