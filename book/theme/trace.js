// Makes each <bestiary-trace> a player. Without this script its picture and its table are all there, and they stay
// the source of every word here: the player marks a row of the picture, and shows that row of the table.
"use strict";

(function traces() {
    /** How long a step is shown while playing, in milliseconds: a moment, and time to read its sentence. */
    const MOMENT = 900;
    const LETTER = 32;

    const ICONS = {
        first: "M6 5v14M19 5L9 12l10 7z",
        back: "M17 5L7 12l10 7z",
        play: "M7 5l12 7-12 7z",
        pause: "M8 5v14M16 5v14",
        forward: "M7 5l10 7-10 7z",
        last: "M18 5v14M5 5l10 7-10 7z",
    };

    /** An element with a class and some content. */
    function make(name, className, ...content) {
        const element = document.createElement(name);
        element.className = className;
        element.append(...content);
        return element;
    }

    /** A drawn icon: the book's fonts have no signs for playing. */
    function icon(name) {
        const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        svg.setAttribute("viewBox", "0 0 24 24");
        svg.setAttribute("aria-hidden", "true");
        path.setAttribute("d", ICONS[name]);
        svg.append(path);
        return svg;
    }

    const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

    class Trace extends HTMLElement {
        connectedCallback() {
            if (this.classList.contains("live")) return;
            const data = JSON.parse(this.querySelector("script").textContent);
            this.frames = data.steps;
            this.sources = data.sources;
            this.picture = this.querySelector(".trace-picture");
            this.rows = Array.from(this.picture.querySelectorAll(".row"));
            this.told = Array.from(this.querySelectorAll("tbody tr"));
            this.at = -1;
            this.build(data.places);
            this.listen();
            this.classList.add("live");
            this.go(0);
        }

        disconnectedCallback() {
            this.stop();
        }

        // ---- What it is made of ----------------------------------------------------------------------------

        build(places) {
            this.picture.tabIndex = 0;
            this.picture.setAttribute("role", "group");
            this.picture.setAttribute("aria-label", "The picture. Left and right arrow step through it, space plays it.");

            this.says = make("div", "trace-says");
            this.says.setAttribute("aria-live", "polite");
            this.says.setAttribute("aria-atomic", "true");

            this.board = make("dl", "trace-board");
            this.places = places;
            for (const { name } of places) this.board.append(make("dt", "", name), make("dd", ""));

            this.source = make("div", "trace-source");

            const player = make("div", "trace-player", this.bar(), this.says, this.board, this.source);
            this.picture.after(player);

            for (const row of this.told) {
                const cell = row.querySelector(".n");
                const button = make("button", "", cell.textContent);
                button.type = "button";
                button.setAttribute("aria-label", `Show number ${cell.textContent}`);
                cell.replaceChildren(button);
            }
        }

        bar() {
            const bar = make("div", "trace-bar");
            bar.setAttribute("role", "group");
            bar.setAttribute("aria-label", "Player");
            const button = (name, label, act) => {
                const button = make("button", name, icon(name));
                button.type = "button";
                button.title = label;
                button.setAttribute("aria-label", label);
                button.addEventListener("click", act);
                return button;
            };
            this.playButton = button("play", "Play", () => this.toggle());
            this.playButton.removeAttribute("aria-label");
            this.playButton.removeAttribute("title");
            this.playButton.append(make("span", "", "Play"));
            this.slider = document.createElement("input");
            Object.assign(this.slider, { type: "range", min: 1, max: this.frames.length, step: 1 });
            this.slider.setAttribute("aria-label", "Step");
            this.slider.addEventListener("input", () => this.go(this.slider.valueAsNumber - 1));
            this.count = make("span", "count");
            this.count.setAttribute("aria-hidden", "true");
            bar.append(
                button("first", "First step", () => this.go(0)),
                button("back", "One step back", () => this.go(this.at - 1)),
                this.playButton,
                button("forward", "One step forward", () => this.go(this.at + 1)),
                button("last", "Last step", () => this.go(this.frames.length - 1)),
                this.slider,
                this.count,
            );
            return bar;
        }

        // ---- What it hears ---------------------------------------------------------------------------------

        listen() {
            this.picture.addEventListener("click", (event) => {
                const row = event.target.closest(".row");
                if (row) this.go(this.rows.indexOf(row));
            });
            this.querySelector("tbody").addEventListener("click", (event) => {
                const row = event.target.closest("tr");
                if (row && !event.target.closest("a")) this.go(this.told.indexOf(row));
            });
            this.addEventListener("keydown", (event) => this.key(event));
        }

        /** Keys, wherever in the player the focus is. None of them may reach mdBook, which would turn the page. */
        key(event) {
            if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
            const steps = { ArrowLeft: this.at - 1, ArrowRight: this.at + 1, Home: 0, End: this.frames.length - 1 };
            const isStep = event.key in steps;
            if (!isStep && event.key !== " ") return;
            event.stopPropagation();
            const own = event.target;
            if (own === this.slider && isStep) return;
            // A box that scrolls sideways keeps its arrows; a button, a link and a summary keep the space bar.
            if (isStep && own !== this.picture && own.scrollWidth > own.clientWidth && own.matches("pre, .table-wrapper")) return;
            if (!isStep && own.matches("button, a, summary")) return;
            event.preventDefault();
            if (isStep) this.go(steps[event.key]);
            else this.toggle();
        }

        // ---- What it does ----------------------------------------------------------------------------------

        /** Shows a step; whoever asks for one has the player pause. */
        go(step) {
            this.stop();
            this.show(step);
        }

        show(step) {
            const to = Math.max(0, Math.min(this.frames.length - 1, step));
            if (to === this.at) return;
            this.at = to;
            for (const [n, row] of this.rows.entries()) {
                row.classList.toggle("later", n > to);
                row.classList.toggle("now", n === to);
            }
            for (const [n, row] of this.told.entries()) {
                if (n === to) row.setAttribute("aria-current", "step");
                else row.removeAttribute("aria-current");
            }
            this.slider.value = to + 1;
            this.slider.setAttribute("aria-valuetext", `${to + 1} of ${this.frames.length}`);
            this.slider.style.setProperty("--done", `${(100 * to) / Math.max(1, this.frames.length - 1)}%`);
            this.count.textContent = `${to + 1} / ${this.frames.length}`;
            this.say();
            this.fill();
            this.follow();
        }

        /** Puts the step's sentence where it is read, and heard. */
        say() {
            const row = this.told[this.at];
            const copy = (name) => Array.from(row.querySelector(`.${name}`).childNodes, (node) => node.cloneNode(true));
            const number = make("span", "number", `No ${row.querySelector(".n").textContent}`);
            const head = make("p", "head", number, " ", make("span", "who", ...copy("who")), " ", make("span", "what", ...copy("what")));
            head.querySelector(".lane")?.remove();
            this.says.replaceChildren(head, make("p", "sentence", ...copy("say")));
        }

        /** Fills in the board, with a mark at what this step has changed, and the piece of source. */
        fill() {
            const frame = this.frames[this.at];
            const before = this.frames[this.at - 1];
            for (const [n, place] of Array.from(this.board.querySelectorAll("dd")).entries()) {
                const lines = frame.board[n];
                place.replaceChildren(...lines.map((line) => make("div", "", line)));
                if (lines.length === 0) place.append(make("div", "none", this.places[n].nothing));
                place.classList.toggle("changed", before !== undefined && before.board[n].join("\n") !== lines.join("\n"));
            }
            this.source.replaceChildren();
            this.source.classList.toggle("none", frame.source === undefined);
            if (frame.source === undefined) return;
            const link = this.told[this.at].querySelector(".source").firstElementChild.cloneNode(true);
            this.source.append(make("p", "", link));
            this.source.insertAdjacentHTML("beforeend", this.sources[frame.source]);
            const code = this.source.querySelector("pre");
            // What can be scrolled can be reached by key.
            if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
        }

        /** Scrolls the picture, and never the page, so that the step's row is in its middle. */
        follow() {
            const box = this.picture;
            const row = this.rows[this.at].getBoundingClientRect();
            const middle = row.top - box.getBoundingClientRect().top + box.scrollTop + row.height / 2;
            box.scrollTo({ top: middle - box.clientHeight / 2, behavior: isCalm() ? "auto" : "smooth" });
        }

        toggle() {
            if (this.timer !== undefined) this.stop();
            else this.play();
        }

        play() {
            if (this.at === this.frames.length - 1) this.show(0);
            this.label("pause", "Pause");
            // Nobody can listen as fast as the steps go by.
            this.says.setAttribute("aria-live", "off");
            this.next();
        }

        /** Waits for as long as the step's sentence takes to read, and goes on. */
        next() {
            const pace = Number(this.dataset.pace ?? 1);
            const time = pace * (MOMENT + LETTER * this.told[this.at].querySelector(".say").textContent.length);
            this.timer = setTimeout(() => {
                this.show(this.at + 1);
                if (this.at === this.frames.length - 1) this.stop();
                else this.next();
            }, time);
        }

        stop() {
            if (this.timer === undefined) return;
            clearTimeout(this.timer);
            this.timer = undefined;
            this.label("play", "Play");
            this.says.setAttribute("aria-live", "polite");
            // Said once more, to be heard.
            requestAnimationFrame(() => this.say());
        }

        label(name, text) {
            this.playButton.replaceChildren(icon(name), make("span", "", text));
        }
    }

    customElements.define("bestiary-trace", Trace);
})();
