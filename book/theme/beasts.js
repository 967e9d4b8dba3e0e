// A link to a beast shows the beast, to the mouse that rests on it and to the keyboard that reaches it. It is a
// link all the same: a click, a touch, and a browser without scripts lead to the card.
"use strict";

(function beasts() {
    const links = document.querySelectorAll(".content main a.beast-link");
    const templates = new Map(Array.from(document.querySelectorAll("template[data-beast]"), (t) => [t.dataset.beast, t]));
    if (links.length === 0 || templates.size === 0) return;

    // Long enough that a mouse on its way elsewhere shows nothing; and that it can cross the gap to the preview.
    const REST = 150;
    const GRACE = 250;
    const GAP = 6;

    const preview = document.createElement("div");
    preview.id = "beast-preview";
    preview.setAttribute("role", "tooltip");
    preview.hidden = true;
    document.body.append(preview);

    let shown = null;
    let timer = 0;

    function show(link) {
        clearTimeout(timer);
        if (shown === link) return;
        hide();
        preview.replaceChildren(templates.get(link.dataset.beast).content.cloneNode(true));
        preview.hidden = false;
        shown = link;
        link.setAttribute("aria-describedby", preview.id);
        place(link);
    }

    function hide() {
        clearTimeout(timer);
        shown?.removeAttribute("aria-describedby");
        shown = null;
        preview.hidden = true;
    }

    // Below the link's first line, or above it where there is more room; never over the window's edge.
    function place(link) {
        const line = link.getClientRects()[0];
        const { width, height } = preview.getBoundingClientRect();
        const room = document.documentElement;
        const below = line.bottom + GAP + height <= room.clientHeight || line.top < height + GAP;
        const left = Math.max(10, Math.min(line.left, room.clientWidth - width - 10));
        preview.style.left = `${left + scrollX}px`;
        preview.style.top = `${(below ? line.bottom + GAP : line.top - height - GAP) + scrollY}px`;
    }

    const soon = (work, wait) => {
        clearTimeout(timer);
        timer = setTimeout(work, wait);
    };
    // Who came by keyboard keeps the preview while the mouse wanders.
    const leave = () => soon(() => shown === document.activeElement && shown.matches(":focus-visible") || hide(), GRACE);

    for (const link of links) {
        if (!templates.has(link.dataset.beast)) continue;
        link.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && soon(() => show(link), REST));
        link.addEventListener("pointerleave", leave);
        link.addEventListener("focus", () => link.matches(":focus-visible") && show(link));
        link.addEventListener("blur", hide);
    }
    preview.addEventListener("pointerenter", () => clearTimeout(timer));
    preview.addEventListener("pointerleave", leave);
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    window.addEventListener("resize", hide);
})();
