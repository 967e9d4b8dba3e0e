// The built book and a browser to open it in: what run.mjs and shots.mjs share.

import { createServer } from "node:http";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, normalize, sep } from "node:path";
import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** Serves a folder on a free loopback port, as a plain web server would: index pages, and 404.html for the rest. */
async function serve(dir) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    let file = join(dir, path);
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    const found = existsSync(file);
    if (!found) file = join(dir, "404.html");
    response.writeHead(found ? 200 : 404, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "cache-control": extname(file) === ".html" ? "no-cache" : "max-age=600",
    });
    response.end(existsSync(file) ? readFileSync(file) : "");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

/** Every page in a folder: chapters and their sub-pages, the print page, the 404. Not redirects, not the sidebar's frame. */
function walk(dir) {
  const pages = readdirSync(dir, { recursive: true })
    .filter((name) => name.endsWith(".html") && name !== "toc.html")
    .filter((name) => readFileSync(join(dir, name), "utf8").includes('id="mdbook-content"'))
    .map((name) => name.split(sep).join("/"));
  return pages.sort();
}

/** The same from a running server, which cannot be walked: what the sidebar links to, and the two extra pages. */
async function crawl(url) {
  const toc = await (await fetch(new URL("toc.html", url))).text();
  const links = Array.from(toc.matchAll(/href="([^"#]+\.html)"/g), (match) => match[1]);
  return [...new Set(["index.html", ...links, "print.html", "404.html"])].sort();
}

/** The book at a folder or an address: `{ url, pages, close }`. */
export async function openBook(where) {
  if (/^https?:/.test(where)) {
    const url = where.endsWith("/") ? where : `${where}/`;
    return { url, pages: await crawl(url), close() {} };
  }
  if (!existsSync(join(where, "index.html"))) {
    throw new Error(`${where} holds no index.html: build the book first (cargo bestiary build prints its folder)`);
  }
  return { pages: walk(where), ...(await serve(where)) };
}

/** Chromium, from $CHROMIUM or /usr/bin/chromium. */
export async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(executablePath)) {
    throw new Error(`there is no Chromium at ${executablePath}: apt-get install chromium, or name one in $CHROMIUM`);
  }
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // Nothing but the book's own server can be reached, whatever a page asks for.
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/**
 * A fresh reader: empty storage, a window of `size`, a `theme` ("light" or "dark") chosen in the menu before (or `null`: none).
 * `complaints` collects what the console and the network say that they should not.
 */
export async function openReader(browser, book, { size = WIDE, theme = "light", js = true, reducedMotion = "reduce" } = {}) {
  const context = await browser.newContext({
    viewport: size,
    javaScriptEnabled: js,
    colorScheme: theme ?? "light",
    reducedMotion,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const home = new URL(book.url).host;
  const complaints = [];
  if (js) await context.addInitScript(() => (window.print = () => {}));
  if (js && theme !== null) {
    await context.addInitScript((name) => {
      if (localStorage.getItem("mdbook-theme") === null) localStorage.setItem("mdbook-theme", name);
    }, theme === "dark" ? "navy" : "light");
  }
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.host !== home && url.protocol !== "data:") complaints.push(`asked the outside world for ${url.href}`);
  });
  page.on("pageerror", (error) => complaints.push(`threw ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    // The 404 page is served with status 404, and the console says so.
    if (message.text().includes("status of 404") && message.location().url.endsWith("404.html")) return;
    complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !response.url().endsWith("404.html")) complaints.push(`${response.status()} for ${response.url()}`);
  });
  return {
    page,
    complaints,
    goto: (path) => page.goto(new URL(path, book.url).href, { waitUntil: "load" }),
    close: () => context.close(),
  };
}
