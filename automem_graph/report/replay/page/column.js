// One episode on the page: its world, what its agent read and thought, and its files.

const SOON = 300; // milliseconds until a picture that is still being drawn is asked for again

class Column {
  constructor(episode, place, name) {
    const { outline } = episode;
    this.episode = episode;
    this.name = name;
    this.score = make("span", { class: "score" });
    this.status = make("span", { class: "status" });
    this.frame = make("div", { class: `picture of-${outline.frames}` }, missing("Drawing the world …"));
    this.deed = make("p", { class: "did" });
    this.caption = make("p", { class: "caption" });
    this.thoughts = new ThoughtsPanel(name);
    this.files = new FilesPanel(name);
    this.words = new Latest((step) => episode.words(step), (step, found) => this.#tell(step, found));
    this.picture = new Latest((step) => episode.picture(step), (step, found) => this.#paint(step, found));
    const head = make("header", {}, make("h2", { title: name }, badge(place, ""), name), this.status, this.score);
    const world = make("section", { class: "world", "aria-label": `the world of ${name}` },
      head, this.frame, this.deed, this.caption);
    this.node = make("section", { class: `column e${place % COLOURS}`, "aria-label": name },
      world, make("div", { class: "mind" }, this.thoughts.node, this.files.node));
  }

  /** Show a step: the words first, since a world takes its time to be drawn. */
  draw(step) {
    this.step = step;
    const late = setTimeout(() => this.node.classList.add("late"), 250);
    const picture = this.picture.want(step).then(() => {
      clearTimeout(late);
      this.node.classList.remove("late");
      this.episode.ahead(step);
    });
    return { words: this.words.want(step), picture };
  }

  #paint(step, { frame, atlas }) {
    if (frame?.later) setTimeout(() => this.step === step && this.picture.want(step), SOON);
    this.frame.replaceChildren(drawFrame(frame, atlas));
    this.caption.textContent = frame?.caption ? visible(frame.caption) : "";
  }

  #tell(step, { place, row, files }) {
    const { outline } = this.episode;
    this.score.textContent = percent(this.episode.progressionAt(place));
    const over = step >= this.episode.last && !this.episode.running;
    this.node.classList.toggle("over", over);
    this.status.textContent = over && outline.status === "done" ? `ended at ${count(this.episode.last)}`
      : outline.status === "done" ? "" : outline.status;
    this.status.title = visible(outline.why ?? "");
    this.thoughts.show(row, outline);
    this.files.show(files);
    this.said = row?.action ? oneLine(row.action, 80) : over ? "the end" : "";
    this.deed.textContent = row?.action ? `→ ${this.said}` : "";
  }
}
