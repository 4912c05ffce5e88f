// What the agent read, thought and did in one step.

class ThoughtsPanel {
  #open = new Set(["observation"]);

  constructor(name) {
    this.body = make("div", { class: "body", tabindex: "0", role: "region", "aria-label": `a step of ${name}` });
    this.node = make("section", { class: "thoughts", "aria-label": `what ${name} read and thought` },
      make("div", { class: "bar" }, make("h3", {}, "Read and thought")), this.body);
  }

  show(row, outline) {
    if (row instanceof Error) this.body.replaceChildren(missing(row.message));
    else if (row === null) this.body.replaceChildren(ended(outline));
    else {
      this.body.replaceChildren(
        this.#folded("observation", "observation", block(row.observation)),
        ...row.turns.map((turn) => this.#turn(turn)),
        ...row.notes.split("\n").filter(Boolean).map((note) => make("p", { class: "error" }, visible(note))),
        this.#deed(row),
      );
    }
    this.body.scrollTop = 0;
  }

  #turn(turn) {
    const who = [turn.role, turn.model].filter(Boolean).map((part) => oneLine(part, 80)).join(" · ");
    return make("article", { class: `turn ${turn.routine === "log" ? "log" : "plan"}` },
      make("h4", {}, make("span", { class: "routine" }, oneLine(turn.routine, 20).toUpperCase()), ` ${who}`),
      turn.prompt ? this.#folded(`prompt ${turn.routine}`, "prompt", block(turn.prompt)) : null,
      turn.thoughts ? this.#folded("thoughts", "thoughts", block(turn.thoughts)) : null,
      turn.said ? block(turn.said, "said") : null,
      turn.error ? make("p", { class: "error" }, visible(turn.error)) : null,
      ...turn.results.map((result) => resultOf(result, turn.said)));
  }

  #deed(row) {
    const figures = [
      row.reward ? `reward ${row.reward > 0 ? "+" : ""}${Number(row.reward.toFixed(3))}` : "",
      percent(row.progression),
      row.seconds >= 0.005 ? `${row.seconds.toFixed(2)} s` : "",
      ...Object.entries(row.tokens).map(([role, [into, out]]) =>
        `${oneLine(role, 30)} ${count(into)} → ${count(out)} tokens`),
    ];
    return make("article", { class: "turn deed" },
      make("h4", {}, make("span", { class: "routine" }, "ACTION"), ` ${oneLine(row.action, 200)}`),
      row.answer ? this.#folded("answer", "answer", block(row.answer)) : null,
      make("p", { class: "figures" }, figures.filter(Boolean).join(" · ")));
  }

  /** Details that stay open, or closed, from step to step. */
  #folded(key, words, content) {
    return make("details", {
      open: this.#open.has(key),
      on: { toggle: (event) => (event.target.open ? this.#open.add(key) : this.#open.delete(key)) },
    }, make("summary", {}, words), content);
  }
}

/** What an action answered; of one that stands in what was said, the name is enough. */
function resultOf({ action, ok, text, file }, said) {
  const name = said.includes(action) ? /^<\|(\w{1,40})\|>/.exec(action)?.[1] : null;
  return make("div", { class: ok ? "result" : "result bad" },
    make("p", {}, make("strong", {}, ok ? "✓ " : "✗ failed: "), name ?? oneLine(action, 200),
      file ? make("span", { class: "of" }, ` ${oneLine(file, 80)}`) : null),
    text ? block(text) : null);
}

function ended({ status, why, steps }) {
  if (status === "running") return missing(`Step ${count(steps)} is being played.`);
  const reason = why ? `: ${visible(why)}` : ".";
  return missing(`${status === "done" ? "The episode ended" : "The episode stopped"} after ${count(steps)} steps${reason}`);
}
