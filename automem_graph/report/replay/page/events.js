// What happened: a list that leads to each event, and the way to the next one.

const KINDS = {
  achievement: "achievements", level: "levels", damage: "damage", stuck: "stuck",
  rejected: "rejected", prune: "prunes", failed: "failures", end: "ends", write: "writes",
};
const PLAIN_KINDS = new Set(["achievement", "level", "damage", "stuck"]); // their texts say it

const told = ({ kind, text }) => {
  if (!text) return kind;
  return PLAIN_KINDS.has(kind) ? oneLine(text) : `${kind}: ${oneLine(text)}`;
};

const LISTED = 1000; // rows of the list

class Events {
  #hidden = new Set(["write"]);

  constructor(player) {
    this.player = player;
    this.list = make("ol", { class: "events", "aria-label": "events" });
    this.kinds = make("fieldset", { class: "kinds" }, make("legend", { class: "hidden" }, "kinds of events"));
    this.node = make("section", { class: "happened", "aria-label": "events" },
      make("div", { class: "bar" }, make("h3", {}, "Events")), this.kinds, this.list);
    this.refresh();
    new ResizeObserver(() => this.mark()).observe(this.list);
  }

  /** After an outline has changed. */
  refresh() {
    const { columns } = this.player;
    this.all = columns.flatMap(({ episode: { outline } }, place) => [
      ...outline.events.map((event) => ({ ...event, place })),
      ...outline.writes.map((step) => ({ step, kind: "write", text: "", place })),
    ]).sort((a, b) => a.step - b.step);
    const counts = new Map();
    for (const { kind } of this.all) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    const known = Object.keys(KINDS).filter((kind) => counts.has(kind));
    const legend = this.kinds.firstElementChild;
    this.kinds.replaceChildren(legend, ...known.map((kind) => this.#box(kind, counts.get(kind))));
    this.#fill();
  }

  #box(kind, number) {
    const box = make("input", { type: "checkbox", checked: !this.#hidden.has(kind), on: { change: () => {
      if (box.checked) this.#hidden.delete(kind);
      else this.#hidden.add(kind);
      this.#fill();
    } } });
    return make("label", {}, box, make("i", { class: `dot ${kind}`, "aria-hidden": "true" }),
      ` ${KINDS[kind]} `, make("span", { class: "faint" }, count(number)));
  }

  #fill() {
    this.shown = this.all.filter(({ kind }) => kind in KINDS && !this.#hidden.has(kind));
    const several = this.player.columns.length > 1;
    this.buttons = this.shown.slice(0, LISTED).map((event) => {
      const { name } = this.player.columns[event.place];
      return make("button", { type: "button", on: { click: () => this.player.jump(event.step) } },
        make("span", { class: "at" }, count(event.step)), several ? badge(event.place, name) : null,
        make("i", { class: `dot ${event.kind}`, "aria-hidden": "true" }),
        make("span", {}, told(event)));
    });
    this.list.replaceChildren(...this.buttons.map((button) => make("li", {}, button)));
    const rest = this.shown.length - this.buttons.length;
    if (rest > 0) this.list.append(make("li", {}, missing(`${count(rest)} more: choose fewer kinds.`)));
    if (!this.shown.length) this.list.append(make("li", {}, missing("None of these kinds.")));
    this.mark();
  }

  /** Show which event was the last at the step where the page stands. */
  mark() {
    const place = Math.min(firstAfter(this.shown, this.player.step, ({ step }) => step), this.buttons.length) - 1;
    const marked = this.buttons[place];
    if (this.marked !== marked) this.marked?.removeAttribute("aria-current");
    this.marked = marked;
    marked?.setAttribute("aria-current", "step");
    const { scrollTop, clientHeight } = this.list;
    const at = marked?.parentElement.offsetTop ?? 0;
    const seen = at >= scrollTop && at + 28 <= scrollTop + clientHeight;
    if (!seen && !this.list.contains(document.activeElement)) this.list.scrollTop = at - clientHeight / 2;
  }

  next() {
    const found = this.shown.find(({ step }) => step > this.player.step);
    if (found) this.player.jump(found.step);
  }

  previous() {
    const found = this.shown.findLast(({ step }) => step < this.player.step);
    if (found) this.player.jump(found.step);
  }
}
