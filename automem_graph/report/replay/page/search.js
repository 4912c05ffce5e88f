// Words anywhere in the episodes, and the way to each step that has them.

const HITS = 200; // after which one is asked before more is looked for

class Search {
  #asked = 0;

  constructor(player, input) {
    this.player = player;
    this.input = input;
    this.said = make("p", { class: "faint", role: "status" });
    this.list = make("ol", { class: "hits", "aria-label": "found" });
    this.more = make("button", { type: "button", hidden: true, on: { click: () => this.#goOn() } }, "More");
    this.node = make("section", { class: "found", "aria-label": "search results", hidden: true },
      make("div", { class: "bar" }, make("h3", {}, "Found"), this.said, this.more,
        make("button", { type: "button", on: { click: () => this.clear() } }, "Close")),
      this.list);
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.start();
    });
    input.addEventListener("keydown", (event) => { if (event.key === "Escape") this.clear(); });
  }

  /** The words that are looked for; empty when none are. */
  get words() {
    return this.node.hidden ? "" : this.query;
  }

  clear() {
    this.#asked += 1;
    this.node.hidden = true;
    this.input.value = "";
    markWords("");
  }

  start() {
    this.query = this.input.value.trim();
    if (!this.query) {
      this.clear();
      return null;
    }
    this.node.hidden = false;
    this.list.replaceChildren();
    this.left = this.player.columns.map(({ episode }, place) => ({ episode, place, from: 0 }));
    this.number = 0;
    markWords(this.query);
    return this.#goOn();
  }

  async #goOn() {
    const asked = (this.#asked += 1);
    const enough = this.number + HITS;
    this.more.hidden = true;
    while (this.left.length && this.number < enough) {
      const [{ episode, place, from }] = this.left;
      this.said.textContent = `Searching from step ${count(from)} …`;
      let found;
      try {
        found = await episode.source.search(episode.outline.k, this.query, from);
      } catch (error) {
        this.said.textContent = visible(error.message);
        return;
      }
      if (asked !== this.#asked) return;
      this.list.append(...found.hits.map((hit) => this.#row(hit, place)));
      this.number += found.hits.length;
      if (found.next === null || found.next <= from) this.left.shift();
      else this.left[0].from = found.next;
    }
    const number = `${count(this.number)} ${this.number === 1 ? "place" : "places"}`;
    this.said.textContent = this.left.length ? `${number} so far` : number;
    this.more.hidden = this.left.length === 0;
  }

  #row({ step, where, excerpt, start, end }, place) {
    const { columns } = this.player;
    const flat = (text) => visible(text).replace(/\s+/g, " ");
    return make("li", {}, make("button", { type: "button", on: { click: () => this.player.jump(step) } },
      make("span", { class: "at" }, count(step)), columns.length > 1 ? badge(place, columns[place].name) : null,
      make("span", { class: "where" }, oneLine(where, 20)),
      make("span", { class: "excerpt" }, flat(excerpt.slice(0, start)),
        make("mark", {}, flat(excerpt.slice(start, end))), flat(excerpt.slice(end)))));
  }
}

/** Mark the words where the page shows them, without touching its elements. */
function markWords(words) {
  if (!globalThis.CSS?.highlights) return;
  CSS.highlights.delete("found");
  const wanted = words.toLowerCase();
  if (!wanted) return;
  const ranges = [];
  for (const panel of document.querySelectorAll(".thoughts .body, .files .file")) {
    const walker = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT);
    while (walker.nextNode() && ranges.length < 500) {
      const text = walker.currentNode.data.toLowerCase();
      for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
        const range = new Range();
        range.setStart(walker.currentNode, at);
        range.setEnd(walker.currentNode, Math.min(at + wanted.length, text.length));
        ranges.push(range);
      }
    }
  }
  CSS.highlights.set("found", new Highlight(...ranges));
}
