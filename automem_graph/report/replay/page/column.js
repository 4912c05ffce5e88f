// One episode on the page: its world, what its agent read and thought, and its files.

const COLOURS = 4; // as many as the style has for curves; then they begin again

class Column {
  #wanted = null;
  #drawing = null;

  constructor(episode, place, name) {
    this.episode = episode;
    this.name = name;
    this.score = make("span", { class: "score" });
    this.status = make("span", { class: "status" });
    this.picture = make("div", { class: "picture" });
    this.caption = make("p", { class: "caption" });
    this.thoughts = new ThoughtsPanel(name);
    this.files = new FilesPanel(name);
    const head = make("header", {}, make("span", { class: "swatch", "aria-hidden": "true" }),
      make("h2", {}, name), this.status, this.score);
    const world = make("section", { class: "world", "aria-label": `the world of ${name}` },
      head, this.picture, this.caption);
    this.node = make("section", { class: `column e${place % COLOURS}`, "aria-label": name },
      world, this.thoughts.node, this.files.node);
  }

  /** Show a step; while one is fetched only the last that was asked for waits. */
  draw(step) {
    this.#wanted = step;
    this.#drawing ??= this.#catchUp().finally(() => { this.#drawing = null; });
    return this.#drawing;
  }

  async #catchUp() {
    for (let shown = null; shown !== this.#wanted;) {
      const step = this.#wanted;
      const late = setTimeout(() => this.node.classList.add("late"), 250);
      const view = await this.episode.at(step);
      clearTimeout(late);
      this.node.classList.remove("late");
      if (step === this.#wanted) this.#show(step, view);
      shown = step;
    }
    this.episode.ahead(this.#wanted);
  }

  #show(step, { place, frame, atlas, row, files }) {
    const { outline } = this.episode;
    this.picture.replaceChildren(drawFrame(frame, atlas));
    this.caption.textContent = frame?.caption ? visible(frame.caption) : "";
    this.score.textContent = percent(this.episode.progressionAt(place));
    const over = step >= this.episode.last && !this.episode.running;
    this.node.classList.toggle("over", over);
    this.status.textContent = over && outline.status === "done" ? `ended at ${count(this.episode.last)}`
      : outline.status === "done" ? "" : outline.status;
    this.status.title = visible(outline.why ?? "");
    this.thoughts.show(row, outline);
    this.files.show(files);
    this.said = row?.action ? oneLine(row.action, 80) : over ? "the end" : "";
  }
}
