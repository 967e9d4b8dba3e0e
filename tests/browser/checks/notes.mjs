// Side notes stand in the margin of a wide window, clear of the text and of one another, and in the text of a narrow one.

import { NARROW, WIDE, openReader } from "../book.mjs";

function collisions() {
  const text = document.querySelector("main").getBoundingClientRect();
  const notes = [...document.querySelectorAll("aside.side")].map((note) => ({ note, box: note.getBoundingClientRect() }));
  const others = [...document.querySelectorAll("main > :not(aside.side), main figure, main pre")].map((other) => ({ note: other, box: other.getBoundingClientRect() }));
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const name = ({ note }) => `"${note.textContent.trim().slice(0, 30)}…"`;
  const wrong = [];
  for (const [i, side] of notes.entries()) {
    if (side.box.left < text.right) wrong.push(`${name(side)} is not in the margin`);
    if (side.box.right > document.documentElement.clientWidth) wrong.push(`${name(side)} reaches out of the window`);
    for (const other of [...notes.slice(i + 1), ...others]) {
      if (meet(side.box, other.box)) wrong.push(`${name(side)} lies on <${other.note.localName}> ${name(other)}`);
    }
  }
  return { count: notes.length, wrong };
}

export function run({ browser, book, check }) {
  check("side notes stand in the margin, clear of everything", async () => {
    const reader = await openReader(browser, book, { size: WIDE });
    const wrong = [];
    let count = 0;
    for (const path of book.pages.filter((page) => page !== "print.html")) {
      await reader.goto(path);
      for (const width of [1400, 1440, 1920]) {
        await reader.page.setViewportSize({ ...WIDE, width });
        const found = await reader.page.evaluate(collisions);
        count += found.count;
        wrong.push(...found.wrong.map((problem) => `${path} at ${width}: ${problem}`));
      }
    }
    await reader.close();
    if (count === 0) wrong.push("the book has no side note to look at");
    return wrong;
  });

  check("side notes stand in the text of a narrow window", async () => {
    const reader = await openReader(browser, book, { size: NARROW });
    await reader.goto("print.html");
    const outside = await reader.page.$$eval("aside.side", (notes) => notes.filter((note) => getComputedStyle(note).float !== "none").length);
    await reader.close();
    return outside === 0 ? [] : [`${outside} float`];
  });
}
