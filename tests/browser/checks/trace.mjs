// Traces: a recorded run is a picture and a table for everybody, and with JavaScript a player that goes by mouse, by
// keyboard alone and by ear, without ever turning the page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { WIDE, openReader } from "../book.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SMALLEST = { width: 360, height: 740 };

/** The chapters' pages that hold a trace, each with the number of its traces. */
async function pagesWithTraces(reader, book) {
  const found = [];
  for (const path of book.pages.filter((page) => /^ch\d+[^/]*\/index\.html$/.test(page))) {
    await reader.goto(path);
    const count = await reader.page.locator("figure.trace").count();
    if (count > 0) found.push({ path, count });
  }
  if (found.length === 0) throw new Error("no chapter has a trace");
  return found;
}

/** The first trace of the book, on its page. */
async function firstTrace(reader, book) {
  const [{ path }] = await pagesWithTraces(reader, book);
  await reader.goto(path);
  return { path, figure: reader.page.locator("figure.trace").first() };
}

/** The number of the step that a player shows, from 1, by its slider. */
const shown = (figure) => figure.locator("input[type=range]").evaluate((slider) => slider.valueAsNumber);

async function expectStep(figure, step, after) {
  const now = await shown(figure);
  if (now !== step) throw new Error(`${after} shows step ${now} and not ${step}`);
}

export function run({ browser, book, check }) {
  check("a trace steps by button, slider, picture and table", async () => {
    const reader = await openReader(browser, book);
    const { figure } = await firstTrace(reader, book);
    const last = await figure.locator("tbody tr").count();
    const press = (name) => figure.getByRole("button", { name, exact: true }).click();
    await expectStep(figure, 1, "a fresh page");
    await press("One step forward");
    await expectStep(figure, 2, "a step forward");
    await press("Last step");
    await expectStep(figure, last, "to the last");
    await press("One step forward");
    await expectStep(figure, last, "forward from the last");
    await press("One step back");
    await expectStep(figure, last - 1, "a step back");
    await press("First step");
    await press("One step back");
    await expectStep(figure, 1, "back from the first");
    await figure.locator("input[type=range]").fill("3");
    await expectStep(figure, 3, "the slider");
    await figure.locator(".trace-rows .row .what").nth(4).click();
    await expectStep(figure, 5, "a click on the fifth row");
    await figure.locator("summary").click();
    await figure.locator("tbody tr .say").nth(5).click();
    await expectStep(figure, 6, "a click on the table");
    await figure.getByRole("button", { name: "Show number 7" }).press("Enter");
    await expectStep(figure, 7, "Enter on the table");
    await reader.close();
    return reader.complaints;
  });

  check("a trace goes by keyboard alone and never turns the page", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    const { figure } = await firstTrace(reader, book);
    const last = await figure.locator("tbody tr").count();
    const address = page.url();
    const wrong = [];
    await figure.locator("summary").click();
    const focusable = figure.locator("[tabindex='0'], button, input, summary");
    for (const element of await focusable.all()) {
      const name = await element.evaluate((e) => `${e.localName}.${e.className}`);
      // A box that can be scrolled sideways keeps its arrows, and is checked below.
      if (/^pre|table-wrapper/.test(name)) continue;
      await element.focus();
      for (const [key, step] of [["End", last], ["ArrowLeft", last - 1], ["Home", 1], ["ArrowRight", 2]]) {
        await page.keyboard.press(key);
        if ((await shown(figure)) !== step) wrong.push(`${key} on ${name} shows ${await shown(figure)}`);
      }
    }
    for (const element of await figure.locator("pre[tabindex='0'], .table-wrapper[tabindex='0']").all()) {
      await element.focus();
      await page.keyboard.press("ArrowRight");
    }
    if (page.url() !== address) wrong.push("a key turned the page");
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("a trace plays to its end, pauses, and starts again", async () => {
    const reader = await openReader(browser, book);
    const { page } = reader;
    const { figure } = await firstTrace(reader, book);
    const player = figure.locator("bestiary-trace");
    const button = figure.locator(".trace-bar .play");
    const live = () => figure.locator(".trace-says").getAttribute("aria-live");
    const last = await figure.locator("tbody tr").count();
    const pace = (value) => player.evaluate((element, value) => (element.dataset.pace = value), value);

    await pace("1000");
    await figure.locator(".trace-picture").focus();
    await page.keyboard.press("Space");
    await button.getByText("Pause").waitFor();
    if ((await live()) !== "off") throw new Error("it announces each step while it plays");
    await page.keyboard.press("Space");
    await button.getByText("Play").waitFor();
    if ((await live()) !== "polite") throw new Error("it is silent after a pause");
    await expectStep(figure, 1, "a pause at once");

    await pace("0.01");
    await button.click();
    await page.waitForFunction(([slider, last]) => slider.valueAsNumber === last, [await figure.locator("input[type=range]").elementHandle(), last]);
    await button.getByText("Play").waitFor();
    await pace("1000");
    await button.click();
    await expectStep(figure, 1, "playing from the end");
    await figure.getByRole("button", { name: "One step forward", exact: true }).click();
    await expectStep(figure, 2, "a step while it plays");
    await button.getByText("Play").waitFor();
    await reader.close();
    return reader.complaints;
  });

  check("each step of a trace is announced once, with its sentence", async () => {
    const reader = await openReader(browser, book);
    const { figure } = await firstTrace(reader, book);
    const wrong = await figure.evaluate(async (figure) => {
      const says = figure.querySelector(".trace-says");
      const rows = [...figure.querySelectorAll("tbody tr")];
      let changes = 0;
      new MutationObserver((records) => (changes += records.length)).observe(says, { childList: true, subtree: true, characterData: true });
      const wrong = [];
      for (const [n, row] of rows.entries()) {
        changes = 0;
        figure.querySelector("bestiary-trace").go(n);
        await Promise.resolve();
        if (n > 0 && changes !== 1) wrong.push(`step ${n + 1} is announced ${changes} times`);
        if (!says.textContent.includes(row.querySelector(".say").textContent)) wrong.push(`step ${n + 1} says ${says.textContent}`);
      }
      return wrong;
    });
    await reader.close();
    return wrong;
  });

  check("every step of every trace has a row, a sentence, a board and its source", async () => {
    const reader = await openReader(browser, book);
    const wrong = [];
    for (const { path } of await pagesWithTraces(reader, book)) {
      await reader.goto(path);
      const found = await reader.page.$$eval("figure.trace", (figures) =>
        figures.flatMap((figure) => {
          const wrong = [];
          const rows = [...figure.querySelectorAll("tbody tr")];
          const player = figure.querySelector("bestiary-trace");
          if (figure.querySelectorAll(".row").length !== rows.length) wrong.push("the picture has other steps than the table");
          for (const [n, row] of rows.entries()) {
            player.go(n);
            const say = (what) => wrong.push(`${figure.id}, step ${n + 1}: ${what}`);
            const now = figure.querySelectorAll(".row.now");
            if (now.length !== 1 || now[0].dataset.step !== `${n}`) say("another row is marked");
            if (figure.querySelectorAll(".row:not(.later)").length !== n + 1) say("what is to come is not told apart");
            if (!figure.querySelector(".trace-says .sentence").textContent.trim()) say("says nothing");
            if ([...figure.querySelectorAll(".trace-board dd")].some((dd) => !dd.textContent.trim())) say("has an empty line on its board");
            const isEntry = row.querySelector(".source").childElementCount > 0;
            const marked = figure.querySelectorAll(".trace-source mark .l").length;
            if (marked !== (isEntry ? 1 : 0)) say(`marks ${marked} lines of source`);
            const verb = row.querySelector("b")?.textContent;
            if (isEntry && !figure.querySelector(".trace-source pre").textContent.includes(`"${verb}"`)) say("shows another event's source");
          }
          return wrong;
        }),
      );
      wrong.push(...found);
    }
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("several traces on a page do not disturb one another", async () => {
    const reader = await openReader(browser, book);
    const several = (await pagesWithTraces(reader, book)).find(({ count }) => count > 1);
    if (several === undefined) throw new Error("no page has two traces");
    await reader.goto(several.path);
    const [one, other] = [reader.page.locator("figure.trace").nth(0), reader.page.locator("figure.trace").nth(1)];
    await one.getByRole("button", { name: "Last step" }).click();
    await expectStep(other, 1, "stepping the other trace");
    await other.locator(".trace-picture").press("ArrowRight");
    await expectStep(other, 2, "its own step");
    await expectStep(one, await one.locator("tbody tr").count(), "the other one's step");
    await reader.close();
    return reader.complaints;
  });

  check("a trace keeps still for who wants stillness", async () => {
    const reader = await openReader(browser, book, { reducedMotion: "reduce" });
    const { figure } = await firstTrace(reader, book);
    const wrong = await figure.evaluate((figure) => {
      const player = figure.querySelector("bestiary-trace");
      const box = figure.querySelector(".trace-picture");
      const wrong = [];
      const count = figure.querySelectorAll(".row").length;
      const scrolled = window.scrollY;
      for (let n = 0; n < count; n += 1) {
        player.go(n);
        if (figure.getAnimations({ subtree: true }).length > 0) wrong.push(`step ${n + 1} moves`);
        const row = figure.querySelector(".row.now").getBoundingClientRect();
        const view = box.getBoundingClientRect();
        if (row.bottom < view.top || row.top > view.bottom) wrong.push(`step ${n + 1} is out of view`);
      }
      if (window.scrollY !== scrolled) wrong.push("stepping scrolls the page");
      return wrong;
    });
    await reader.close();
    return wrong;
  });

  check("a trace fits the smallest phone at every step", async () => {
    const reader = await openReader(browser, book, { size: SMALLEST });
    const wrong = [];
    for (const { path } of await pagesWithTraces(reader, book)) {
      await reader.goto(path);
      const found = await reader.page.$$eval("figure.trace", (figures) =>
        figures.flatMap((figure) => {
          const edge = document.documentElement.clientWidth;
          const player = figure.querySelector("bestiary-trace");
          figure.querySelector("details").open = true;
          const wrong = [];
          for (let n = 0; n < figure.querySelectorAll(".row").length; n += 1) {
            player.go(n);
            if (document.scrollingElement.scrollWidth > edge) wrong.push(`${figure.id}, step ${n + 1}: the page is ${document.scrollingElement.scrollWidth} wide`);
          }
          for (const part of figure.querySelectorAll(".trace-title, .trace-bar > *, .trace-says, .trace-board, svg, td, figcaption *")) {
            const { left, right } = part.getBoundingClientRect();
            if (left < -1 || right > edge + 1) wrong.push(`${figure.id}: ${part.localName}.${part.className} reaches from ${left} to ${right}`);
          }
          const letters = parseFloat(getComputedStyle(figure.querySelector(".what")).fontSize);
          const svg = figure.querySelector(".trace-rows");
          const size = (letters * svg.getBoundingClientRect().width) / svg.viewBox.baseVal.width;
          if (size < 10) wrong.push(`${figure.id}: its letters are ${size.toFixed(1)} pixels high`);
          return wrong;
        }),
      );
      wrong.push(...found);
    }
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("without JavaScript a trace is a picture and a table", async () => {
    const reader = await openReader(browser, book, { js: false });
    const { figure } = await firstTrace(reader, book);
    const wrong = [];
    if ((await figure.locator("button, input").count()) > 0) wrong.push("it has controls that do nothing");
    const rows = await figure.locator(".trace-rows .row").count();
    const picture = await figure.locator(".trace-rows").boundingBox();
    const view = await figure.locator(".trace-picture").boundingBox();
    if (picture.height < 20 * rows || picture.height > view.height) wrong.push(`the picture is ${picture.height} high in ${view.height}`);
    await figure.locator("summary").click();
    await figure.locator("tbody tr").last().waitFor({ state: "visible" });
    if ((await figure.locator("tbody tr").count()) !== rows) wrong.push("the table has other steps than the picture");
    await reader.close();
    return [...wrong, ...reader.complaints];
  });

  check("on paper a trace is its whole picture and its table", async () => {
    const reader = await openReader(browser, book, { theme: "dark" });
    const { figure } = await firstTrace(reader, book);
    await reader.page.emulateMedia({ media: "print", colorScheme: "dark" });
    const wrong = await figure.evaluate((figure) => {
      const height = (selector) => figure.querySelector(selector).getBoundingClientRect().height;
      const wrong = [];
      if (height(".trace-player") > 0) wrong.push("the player is printed");
      if (height(".trace-rows") > height(".trace-picture")) wrong.push("the picture is cut off");
      if (height("tbody tr:last-child") === 0) wrong.push("the table is folded");
      return wrong;
    });
    await reader.close();
    return wrong;
  });

  for (const theme of ["light", "dark"]) {
    check(`axe finds nothing in a ${theme} trace`, async () => {
      const reader = await openReader(browser, book, { theme });
      const { page } = reader;
      const wrong = [];
      for (const { path } of await pagesWithTraces(reader, book)) {
        await reader.goto(path);
        await page.$$eval("figure.trace", (figures) => {
          for (const figure of figures) {
            figure.querySelector("details").open = true;
            figure.querySelector("bestiary-trace").go(5);
          }
        });
        await page.evaluate(AXE);
        for (const size of [WIDE, SMALLEST]) {
          await page.setViewportSize(size);
          const { violations } = await page.evaluate((rules) => axe.run("figure.trace", { runOnly: rules, resultTypes: ["violations"] }), RULES);
          wrong.push(...violations.map(({ id, nodes }) => `${path} at ${size.width}: ${id} ×${nodes.length} (${nodes[0].target.join(" ")})`));
        }
      }
      await reader.close();
      return [...wrong, ...reader.complaints];
    });
  }
}
