// What the copy button of a listing gives can be pasted into a file: no line numbers, no struck lines.

import { openReader } from "../book.mjs";
import { pageWith } from "./folding.mjs";

export function run({ browser, book, check }) {
  check("a listing with struck lines is copied without them", async () => {
    const reader = await openReader(browser, book);
    await pageWith(reader, book, "figure.listing:has(.l.old)");
    const listing = reader.page.locator("figure.listing:has(.l.old)").first();
    await listing.hover();
    await listing.locator(".copy").click();
    await listing.locator(".copy", { hasText: "copied" }).waitFor();
    const copied = await reader.page.evaluate(() => navigator.clipboard.readText());
    const kept = await listing.locator(".l:not(.old)").allTextContents();
    await reader.close();
    return copied === kept.map((line) => `${line}\n`).join("") ? reader.complaints : [`it gave ${JSON.stringify(copied.slice(0, 80))}…`];
  });
}
