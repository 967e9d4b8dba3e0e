// The bestiary: a link to a beast shows it when it is pointed at or reached by keyboard, and leads to its card.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { NARROW, WIDE, openReader } from "../book.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LINK = "main a.beast-link";
const PAGE = "bestiary.html";
const SMALLEST = { width: 360, height: 740 };

const firstChapter = (book) => book.pages.find((page) => /^ch\d+[^/]*\/index\.html$/.test(page));

/** A reader in the first chapter, with its first link to a beast and the place where the beast is shown. */
async function onALink(browser, book, options) {
  const reader = await openReader(browser, book, options);
  // What hides a preview after a while is a timer, and the checks push the clock instead of waiting.
  await reader.page.clock.install();
  await reader.goto(firstChapter(book));
  const link = reader.page.locator(LINK).first();
  const preview = reader.page.locator("#beast-preview");
  await link.scrollIntoViewIfNeeded();
  return { reader, page: reader.page, link, preview };
}

/** Moves the mouse onto an element in small steps, as a hand does. */
async function pointAt(page, locator) {
  const { x, y, width, height } = await locator.boundingBox();
  await page.mouse.move(x + Math.min(width / 2, 20), y + height / 2, { steps: 8 });
}

/** Goes to a link as the Tab key does. */
async function tabTo(page, link) {
  await link.evaluate((link) => {
    const before = document.createElement("button");
    before.id = "before";
    link.before(before);
    before.focus();
  });
  await page.keyboard.press("Tab");
  await page.evaluate(() => document.getElementById("before").remove());
}

export function run({ browser, book, check }) {
  check("pointing at a beast shows it, and going away hides it", async () => {
    const { reader, page, link, preview } = await onALink(browser, book);
    const name = await link.getAttribute("data-beast");
    await pointAt(page, link);
    await preview.waitFor();
    const wrong = [];
    if ((await link.getAttribute("aria-describedby")) !== "beast-preview") wrong.push("the link is not described by it");
    if ((await preview.locator(".drawing path").count()) === 0) wrong.push("it has no drawing");
    if ((await preview.locator("a, button").count()) > 0) wrong.push("there is something to press in it that no key reaches");
    // WCAG 1.4.13: the pointer may rest on what it has brought up.
    await pointAt(page, preview);
    await page.clock.fastForward(1000);
    if (!(await preview.isVisible())) wrong.push("it is gone when the mouse gets there");
    await page.mouse.move(5, 5, { steps: 4 });
    await preview.waitFor({ state: "hidden" });
    if ((await link.getAttribute("aria-describedby")) !== null) wrong.push("the link is still described by what is hidden");
    await link.click();
    await page.waitForURL(new RegExp(`${PAGE}#${name}$`));
    await page.locator(`.beast [id="${name}"]:target`).waitFor();
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("the keyboard shows a beast, keeps it, and Escape sends it away", async () => {
    const { reader, page, link, preview } = await onALink(browser, book);
    await tabTo(page, link);
    await preview.waitFor();
    const wrong = [];
    if (!(await link.evaluate((link) => link === document.activeElement))) wrong.push("the focus is not on the link");
    await pointAt(page, link);
    await page.mouse.move(5, 5, { steps: 4 });
    await page.clock.fastForward(1000);
    if (!(await preview.isVisible())) wrong.push("a mouse that passes over the link hides it");
    await page.keyboard.press("Escape");
    await preview.waitFor({ state: "hidden" });
    if (!(await link.evaluate((link) => link === document.activeElement))) wrong.push("Escape moves the focus");
    await tabTo(page, link);
    await preview.waitFor();
    await page.keyboard.press("Tab");
    await preview.waitFor({ state: "hidden" });
    if (await page.evaluate(() => document.activeElement.closest("#beast-preview") !== null)) wrong.push("the focus is caught in it");
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("Escape hides what the mouse brought up, until it comes again", async () => {
    const { reader, page, link, preview } = await onALink(browser, book);
    await pointAt(page, link);
    await preview.waitFor();
    await page.keyboard.press("Escape");
    await preview.waitFor({ state: "hidden" });
    await page.mouse.move(5, 5, { steps: 4 });
    await pointAt(page, link);
    await preview.waitFor();
    await reader.close();
    return reader.complaints;
  });

  check("an arrow key still turns the page while a beast is shown", async () => {
    const { reader, page, link, preview } = await onALink(browser, book);
    await pointAt(page, link);
    await preview.waitFor();
    const next = await page.locator(".nav-chapters.next").evaluate((link) => link.href);
    await page.keyboard.press("ArrowRight");
    await page.waitForURL(next);
    await reader.close();
  });

  check("a finger on a beast goes straight to its card", async () => {
    const context = await browser.newContext({ viewport: NARROW, hasTouch: true });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(new URL(firstChapter(book), book.url).href);
    const link = page.locator(LINK).first();
    await link.tap();
    await page.waitForURL(new RegExp(`${PAGE}#`));
    await context.close();
  });

  check("a preview stays within the window, wide and narrow", async () => {
    const wrong = [];
    for (const size of [WIDE, SMALLEST]) {
      const { reader, page, preview } = await onALink(browser, book, { size });
      const links = page.locator(LINK);
      for (let i = 0; i < (await links.count()); i += 1) {
        const link = links.nth(i);
        await link.scrollIntoViewIfNeeded();
        await tabTo(page, link);
        await preview.waitFor();
        const id = await link.getAttribute("data-beast");
        const problem = await page.evaluate(() => {
          const { left, right, top, bottom } = document.getElementById("beast-preview").getBoundingClientRect();
          const { clientWidth, clientHeight } = document.documentElement;
          const link = document.activeElement.getClientRects()[0];
          if (left < 0 || right > clientWidth || top < 0 || bottom > clientHeight) return `spans ${left},${top} to ${right},${bottom} of ${clientWidth}×${clientHeight}`;
          if (top < link.bottom && bottom > link.top && left < link.right && right > link.left) return "covers its link";
          return document.scrollingElement.scrollWidth > clientWidth ? "makes the page scroll sideways" : null;
        });
        if (problem !== null) wrong.push(`${id} at ${size.width} ${problem}`);
        await page.keyboard.press("Escape");
      }
      await reader.close();
    }
    return wrong;
  });

  check("a beast that is shown passes axe, light and dark", async () => {
    const { reader, page, link, preview } = await onALink(browser, book, { theme: null });
    await tabTo(page, link);
    await preview.waitFor();
    await page.evaluate(AXE);
    const wrong = [];
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.locator(`html.${colorScheme === "dark" ? "navy" : "light"}`).waitFor();
      const { violations } = await page.evaluate(() =>
        axe.run({ include: [["#beast-preview"], ["a[aria-describedby='beast-preview']"]] }, { resultTypes: ["violations"] }),
      );
      wrong.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id} (${nodes[0].target.join(" ")})`));
    }
    await reader.close();
    return wrong;
  });

  check("every name in the bestiary's index leads to a card", async () => {
    const reader = await openReader(browser, book, { size: SMALLEST });
    const { page } = reader;
    await reader.goto(PAGE);
    const wrong = await page.$$eval(".beast-index a", (links) => {
      const names = links.map((link) => link.textContent.replace(/_/g, "").toLowerCase());
      const sorted = [...names].sort((a, b) => (a < b ? -1 : 1));
      const lost = links.filter((link) => !document.querySelector(`.beast [id="${link.hash.slice(1)}"]`)).map((link) => `${link.textContent} leads to no card`);
      const order = names.join() === sorted.join() ? [] : [`the index is not in alphabetical order: ${names.join(", ")}`];
      return [...lost, ...order];
    });
    const columns = await page.$$eval(".beast", (cards) => new Set(cards.map((card) => Math.round(card.getBoundingClientRect().left))).size);
    if (columns !== 1) wrong.push(`${columns} columns of cards on a phone`);
    if ((await page.locator(".beast-index a").count()) < 20) wrong.push("there are few names in it");
    await reader.close();
    return wrong;
  });

  check("without JavaScript, a link to a beast is a link", async () => {
    const reader = await openReader(browser, book, { js: false });
    const { page } = reader;
    await reader.goto(firstChapter(book));
    const link = page.locator(LINK).first();
    const id = await link.getAttribute("data-beast");
    await link.click();
    await page.waitForURL(new RegExp(`${PAGE}#${id}$`));
    const seen = await page.locator(`.beast:has(> .beast-head > [id="${id}"]) .drawing`).isVisible();
    await reader.close();
    return seen ? reader.complaints : ["the card shows no drawing"];
  });
}
