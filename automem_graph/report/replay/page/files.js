// The agent's files as a step left them, with what it changed.

class FilesPanel {
  #chosen = null;

  constructor(name) {
    this.tabs = make("div", { role: "group", class: "names", "aria-label": "files" });
    this.follow = make("input", { type: "checkbox", checked: true });
    this.text = make("div", { class: "file", tabindex: "0", role: "region", "aria-label": `a file of ${name}` });
    this.node = make("section", { class: "files", "aria-label": `files of ${name}` },
      make("div", { class: "bar" }, make("h3", {}, "Files"),
        make("label", { title: "show the file that a step changes" }, this.follow, " follow changes")),
      this.tabs, this.text);
  }

  show(found) {
    this.found = found;
    if (found instanceof Error) {
      this.tabs.replaceChildren();
      this.text.replaceChildren(missing(found.message));
      return;
    }
    const { files, removed } = found;
    const changed = files.find(({ before }) => before !== null);
    const chosen = files.find(({ name }) => name === this.#chosen);
    if (changed && this.follow.checked && (!chosen || chosen.before === null)) this.#chosen = changed.name;
    else if (!chosen) this.#chosen = files[0]?.name ?? null;
    this.tabs.replaceChildren(
      ...files.map((file) => this.#tab(file)),
      ...removed.map((name) => make("span", { class: "removed" }, make("del", {}, oneLine(name, 60)), " removed")),
    );
    this.#open(files.find(({ name }) => name === this.#chosen));
  }

  #tab({ name, before }) {
    const changed = before !== null;
    return make("button", {
      type: "button", "aria-pressed": String(name === this.#chosen), class: changed ? "changed" : "",
      on: { click: () => this.#choose(name) },
    }, oneLine(name, 60), changed ? make("span", { class: "hidden" }, " (changed)") : null);
  }

  #choose(name) {
    const held = this.tabs.contains(document.activeElement);
    this.#chosen = name;
    this.follow.checked = false;
    this.show(this.found);
    if (held) this.tabs.querySelector("[aria-pressed=true]")?.focus();
  }

  #open(file) {
    if (!file) {
      this.text.replaceChildren(missing("No files yet."));
      return;
    }
    const before = file.before ?? file.text;
    const lines = diffLines(visible(before), visible(file.text)).map(({ kind, text }) =>
      make(kind === "add" ? "ins" : kind === "cut" ? "del" : "span", {}, text || "\u00a0"));
    const kept = this.text.scrollTop;
    this.text.replaceChildren(make("pre", {}, ...lines));
    const first = this.text.querySelector("ins, del");
    this.text.scrollTop = first ? Math.max(0, first.offsetTop - this.text.clientHeight / 3) : kept;
  }
}
