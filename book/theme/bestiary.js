// What the book adds to mdBook's own script. Everything here is a comfort: without it the book reads the same.
"use strict";

const menu = document.getElementById("mdbook-theme-list");
const content = document.getElementById("mdbook-content");

// Three themes in the menu: Auto, Light, and navy under the name of Dark.
for (const theme of ["rust", "coal", "ayu"]) {
    document.getElementById(`mdbook-theme-${theme}`)?.parentElement.remove();
}
document.getElementById("mdbook-theme-navy").textContent = "Dark";

// Keys. mdBook turns the page on an arrow key whatever has the focus, so that a reader who scrolls a wide
// listing loses their place; here arrows turn it only when nothing has. Both kinds of shortcut can be
// switched off, and the choice is kept.
(function keys() {
    const switches = [
        { name: "arrows", says: "← and → turn the page", keys: ["ArrowLeft", "ArrowRight"] },
        { name: "letters", says: "S, / and ? are shortcuts", keys: ["s", "/", "?"] },
    ];

    const isOn = ({ name }) => {
        try {
            return localStorage.getItem(`bestiary-${name}`) !== "off";
        } catch {
            return true;
        }
    };
    const set = ({ name }, on) => {
        try {
            localStorage.setItem(`bestiary-${name}`, on ? "on" : "off");
        } catch {
            // No storage: there is nowhere to keep it.
        }
    };

    // mdBook listens on the document. Stopping here, one step below, still lets the component that has the
    // focus, and the browser's own scrolling, see the key.
    document.documentElement.addEventListener("keydown", (event) => {
        const kind = switches.find(({ keys }) => keys.includes(event.key));
        if (kind === undefined) return;
        const somethingHasFocus = event.target.closest("body *") !== null && event.target !== content;
        if (!isOn(kind) || (kind.name === "arrows" && somethingHasFocus)) event.stopPropagation();
    });

    for (const [i, kind] of switches.entries()) {
        const item = document.createElement("li");
        item.role = "none";
        item.className = i === 0 ? "rest" : "";
        const button = document.createElement("button");
        button.id = `bestiary-${kind.name}`;
        button.type = "button";
        button.textContent = kind.says;
        button.setAttribute("role", "menuitemcheckbox");
        button.setAttribute("aria-checked", isOn(kind));
        button.addEventListener("click", () => {
            set(kind, !isOn(kind));
            button.setAttribute("aria-checked", isOn(kind));
        });
        item.append(button);
        menu.append(item);
    }

    const toggle = document.getElementById("mdbook-theme-toggle");
    toggle.title = "Theme and keys";
    toggle.setAttribute("aria-label", "Theme and keys");
    menu.setAttribute("aria-label", "Theme and keys");

    const help = document.createElement("p");
    help.textContent = "Switch these off in the menu “Theme and keys”";
    document.querySelector("#mdbook-help-popup > div").append(help);
})();

// Copy buttons for listings, outputs and commands. Struck lines and line numbers are not copied.
(function copying() {
    const text = (pre) => {
        const lines = pre.querySelectorAll(".l:not(.old)");
        if (lines.length === 0) return pre.textContent.trimEnd() + "\n";
        return Array.from(lines, (line) => line.textContent + "\n").join("");
    };

    for (const pre of document.querySelectorAll(".content main pre:not(.diff)")) {
        pre.querySelector(".buttons")?.remove();
        let box = pre.closest("figure");
        if (box === null) {
            if (!pre.querySelector("[class*='language-']")) continue;
            box = document.createElement("div");
            box.className = "fence";
            pre.before(box);
            box.append(pre);
        }
        if (!navigator.clipboard) continue;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "copy";
        button.textContent = "copy";
        button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(text(pre)).then(
                () => (button.textContent = "copied"),
                () => (button.textContent = "not allowed"),
            );
        });
        button.addEventListener("blur", () => (button.textContent = "copy"));
        box.append(button);
    }
})();

// A box that scrolls sideways must be reachable by keyboard; one that does not is only in the way of the tab key.
(function scrollers() {
    const boxes = document.querySelectorAll(".content main :is(pre, .table-wrapper)");
    const fit = (box) => {
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
        else box.removeAttribute("tabindex");
    };
    const watch = new ResizeObserver((entries) => entries.forEach(({ target }) => fit(target)));
    for (const box of boxes) watch.observe(box);
})();

// Files fold. A link to a line opens the file it is in, and paper shows them all.
(function folding() {
    const reveal = () => {
        const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
        const folded = target && (target.closest("details:not([open])") ?? target.querySelector(":scope > details:not([open])"));
        if (!folded) return;
        folded.open = true;
        target.scrollIntoView();
    };
    window.addEventListener("hashchange", reveal);
    reveal();

    let opened = [];
    window.addEventListener("beforeprint", () => {
        opened = Array.from(document.querySelectorAll("details:not([open])"));
        for (const details of opened) details.open = true;
    });
    window.addEventListener("afterprint", () => {
        for (const details of opened) details.open = false;
    });
})();

// The two links at the foot of the page say where they lead.
(function wayOn() {
    for (const link of document.querySelectorAll(".mobile-nav-chapters")) {
        const way = link.classList.contains("next") ? "Next" : "Previous";
        const entry = Array.from(document.querySelectorAll("#mdbook-sidebar .chapter a[href]")).find((a) => a.href === link.href);
        const label = document.createElement("span");
        label.className = "way";
        label.textContent = way;
        link.append(label, " ", entry?.textContent ?? "chapter");
        link.removeAttribute("title");
        link.removeAttribute("aria-label");
    }
})();

// What mdBook's page lacks for those who listen to it or have no mouse.
(function forListeners() {
    const skip = document.querySelector(".skip");
    skip.addEventListener("click", (event) => {
        event.preventDefault();
        content.tabIndex = -1;
        content.focus();
    });
    document.body.prepend(skip);

    for (const aside of document.querySelectorAll(".content aside:not(.ticket, [role])")) aside.role = "note";

    document.getElementById("mdbook-menu-bar").role = "banner";

    // mdBook opens the sidebar with a label, which no key can reach: give the label's work to a button.
    const label = document.getElementById("mdbook-sidebar-toggle");
    const button = document.createElement("button");
    button.id = "bestiary-sidebar";
    button.type = "button";
    button.className = "icon-button";
    button.title = label.title;
    button.setAttribute("aria-label", "Table of contents");
    button.setAttribute("aria-controls", "mdbook-sidebar");
    button.append(...label.childNodes);
    button.addEventListener("click", () => label.click());
    const follow = () => button.setAttribute("aria-expanded", label.getAttribute("aria-expanded"));
    new MutationObserver(follow).observe(label, { attributeFilter: ["aria-expanded"] });
    follow();
    label.hidden = true;
    label.before(button);
})();
