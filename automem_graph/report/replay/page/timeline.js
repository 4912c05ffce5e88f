// Progression over all steps, with marks where something happened; a slider lies over it.

const CURVE = 46; // pixels of height of the curves
const LANE = 8; // of the marks of one episode, below them
const WIDE = 1000; // of the drawing, which is stretched in this direction only

class Timeline {
  constructor(player, events) {
    this.player = player;
    this.events = events;
    this.chart = draw("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.top = make("span", { class: "top", "aria-hidden": "true" });
    this.slider = make("input", { type: "range", min: 0, value: 0, step: 1, "aria-label": "step" });
    this.tip = make("output", { class: "tip", hidden: true, "aria-hidden": "true" });
    this.node = make("div", { class: "timeline" }, this.chart, this.top, this.slider, this.tip);
    this.slider.addEventListener("input", () => player.jump(this.slider.valueAsNumber));
    this.slider.addEventListener("pointermove", (event) => this.#point(event));
    this.slider.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.refresh();
  }

  /** After an outline has changed. */
  refresh() {
    const { columns, last } = this.player;
    const height = CURVE + LANE * columns.length;
    const most = Math.max(0.01, ...columns.flatMap(({ episode }) =>
      episode.outline.progression.map(([, share]) => share)));
    this.x = (step) => ((WIDE * step) / Math.max(1, last)).toFixed(2);
    this.y = (share) => (CURVE - 5 - (CURVE - 12) * (share / most)).toFixed(1);
    this.node.style.setProperty("--height", `${height}px`);
    this.chart.setAttribute("viewBox", `0 0 ${WIDE} ${height}`);
    this.chart.replaceChildren(...columns.map((column, place) => this.#drawn(column, place)));
    this.top.textContent = percent(most);
    this.slider.max = last;
    this.show();
  }

  show() {
    this.slider.value = this.player.step;
    this.slider.setAttribute("aria-valuetext", `step ${this.player.step} of ${this.player.last}`);
  }

  #drawn({ episode }, place) {
    const { outline } = episode;
    const group = draw("g", { class: `e${place % COLOURS}` });
    const lane = CURVE + LANE * place + LANE / 2;
    const ticks = (steps, kind) =>
      draw("path", { class: `tick ${kind}`, d: steps.map((step) => `M${this.x(step)} ${lane - 3}v6`).join("") });
    group.append(ticks(outline.writes, "write"));
    for (const kind of Object.keys(KINDS)) {
      const steps = outline.events.filter((event) => event.kind === kind).map(({ step }) => step);
      if (steps.length) group.append(ticks(steps, kind));
    }
    const curve = outline.progression.map(([step, share], at) =>
      at ? `H${this.x(step)}V${this.y(share)}` : `M${this.x(step)} ${this.y(share)}`).join("");
    group.append(draw("path", { class: "curve", d: `${curve}H${this.x(outline.steps)}` }));
    const dots = outline.events.filter(({ kind }) => kind === "achievement" || kind === "level")
      .map(({ step }) => `M${this.x(step)} ${this.y(episode.progressionAt(step + 1))}h0`).join("");
    group.append(draw("path", { class: "dots", d: dots }));
    return group;
  }

  #point(event) {
    const { left, width } = this.chart.getBoundingClientRect();
    const { last, columns } = this.player;
    const step = Math.max(0, Math.min(last, Math.round((last * (event.clientX - left)) / width)));
    const reach = (5 * last) / width;
    const near = this.events.shown.filter((one) => Math.abs(one.step - step) <= reach).slice(0, 3);
    const name = (place) => (columns.length > 1 ? `${columns[place].name}: ` : "");
    const said = near.map((one) => `${name(one.place)}${told(one)} (${count(one.step)})`);
    this.tip.textContent = [`step ${count(step)}`, ...said].join("\n");
    this.tip.hidden = false;
    this.tip.style.left = `${Math.min(Math.max(event.clientX - left, 60), width - 60)}px`;
  }
}
