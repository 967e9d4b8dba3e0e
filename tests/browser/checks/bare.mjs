// Without JavaScript the book can be read, in the system's colours.

import { openReader } from "../book.mjs";

/** Text of each kind, and its contrast with the first opaque ground behind it. */
function contrasts() {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const luminance = (colour) => {
    const [r, g, b] = [...rgba(colour)].slice(0, 3).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let box = element; box !== null; box = box.parentElement) {
      const colour = getComputedStyle(box).backgroundColor;
      if (rgba(colour)[3] === 255) return colour;
    }
    return "white";
  };
  return ["body", "main p", "main a[href]", "pre", "pre .t-keyword", "pre .t-comment", "figcaption", "aside.side", "aside.ends", "td"].flatMap((selector) => {
    const element = document.querySelector(selector);
    if (element === null) return [];
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(ground(element))];
    return { selector, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), dark: luminance(ground(document.body)) < 0.2 };
  });
}

export function run({ browser, book, check }) {
  for (const theme of ["light", "dark"]) {
    check(`without JavaScript, a ${theme} page is readable`, async () => {
      const reader = await openReader(browser, book, { theme, js: false });
      const wrong = [];
      for (const path of book.pages.filter((page) => /^(index|ch\d+[^/]*\/index)\.html$/.test(page))) {
        await reader.goto(path);
        const found = await reader.page.evaluate(contrasts);
        if (found.length < 4) wrong.push(`${path} shows next to nothing`);
        if (found[0].dark !== (theme === "dark")) wrong.push(`${path} does not follow the system's colours`);
        wrong.push(...found.filter(({ ratio }) => ratio < 4.5).map(({ selector, ratio }) => `${path}: ${selector} has ${ratio.toFixed(2)}:1`));
      }
      const frame = reader.page.frameLocator("iframe.sidebar-iframe-outer");
      if ((await frame.locator("a").count()) === 0) wrong.push("the sidebar is empty");
      await reader.close();
      return [...wrong, ...reader.complaints];
    });
  }
}
