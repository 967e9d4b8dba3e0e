// The theme menu offers Auto, Light and Dark; a choice lasts, and Auto follows the system.

import { openReader } from "../book.mjs";

const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

async function choose(page, name) {
  await page.locator("#mdbook-theme-toggle").click();
  await page.locator("#mdbook-theme-list .theme", { hasText: name }).click();
  await page.keyboard.press("Escape");
}

export function run({ browser, book, check }) {
  check("the theme menu offers Auto, Light and Dark", async () => {
    const reader = await openReader(browser, book, { theme: null });
    await reader.goto("index.html");
    const names = await reader.page.locator("#mdbook-theme-list .theme").allTextContents();
    await reader.close();
    return names.join() === "Auto,Light,Dark" ? [] : [`it offers ${names.join(", ")}`];
  });

  check("a theme chosen lasts from page to page", async () => {
    const reader = await openReader(browser, book, { theme: null });
    const { page } = reader;
    await reader.goto("index.html");
    const light = await ground(page);
    await choose(page, "Dark");
    const dark = await ground(page);
    if (light === dark) throw new Error(`Dark did not change the ground from ${light}`);
    await page.reload();
    if ((await ground(page)) !== dark) throw new Error("a reload forgot it");
    await reader.goto(book.pages.find((path) => path !== "index.html"));
    if ((await ground(page)) !== dark) throw new Error("another page forgot it");
    await choose(page, "Light");
    if ((await ground(page)) !== light) throw new Error("Light did not bring the light ground back");
    await choose(page, "Auto");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.waitForFunction((want) => getComputedStyle(document.documentElement).backgroundColor === want, dark);
    await reader.close();
    return reader.complaints;
  });

  check("a theme saved by another mdBook maps to one of ours", async () => {
    const reader = await openReader(browser, book, { theme: null });
    await reader.goto("index.html");
    await reader.page.evaluate(() => localStorage.setItem("mdbook-theme", "ayu"));
    await reader.page.reload();
    const theme = await reader.page.evaluate(() => document.documentElement.className);
    await reader.page.locator("#mdbook-theme-toggle").click();
    const focused = await reader.page.evaluate(() => document.activeElement.textContent);
    await reader.close();
    return /\bnavy\b/.test(theme) && focused === "Dark" ? reader.complaints : [`it gave "${theme}" and the menu entry "${focused}"`];
  });
}
