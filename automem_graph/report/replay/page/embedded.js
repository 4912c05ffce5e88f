// The same answers from the data that an exported page carries with it.

const CHUNK = 100; // steps in one piece of data
const UNPACKED = 24; // pieces

class Embedded {
  #unpacked = new Map();

  static here() {
    return el("data-replay") !== null;
  }

  replay() {
    return this.#read("replay");
  }

  steps(k, from, to) {
    return this.#range(`e${k}-steps`, from, to);
  }

  frames(k, from, to) {
    return this.#range(`e${k}-frames`, from, to);
  }

  atlas(k) {
    return this.#read(`e${k}-atlas`);
  }

  /** The files after a step, from those at the beginning of its piece and the changes since. */
  async files(k, step) {
    const { start, changes } = await this.#read(`e${k}-files-${Math.floor(Math.max(0, step) / CHUNK)}`);
    const before = new Map(start);
    const apply = (files, [, name, text]) =>
      text === null ? files.delete(name) : files.set(name, text);
    for (const change of changes) if (change[0] < step) apply(before, change);
    const after = new Map(before);
    for (const change of changes) if (change[0] === step) apply(after, change);
    const files = [...after].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, text]) => {
      const was = before.get(name) ?? "";
      return { name, text, before: was === text ? null : was };
    });
    return { step, files, removed: [...before.keys()].filter((name) => !after.has(name)) };
  }

  /** One piece at a time, so that the page stays alive; `next` is where to go on. */
  async search(k, q, from) {
    const chunk = Math.floor(from / CHUNK);
    if (el(`data-e${k}-steps-${chunk}`) === null) return { hits: [], next: null };
    const steps = (await this.#read(`e${k}-steps-${chunk}`)).filter(({ step }) => step >= from);
    const hits = steps.flatMap((step) => hitsIn(step, q));
    const files = await this.#read(`e${k}-files-${chunk}`).catch(() => ({ changes: [] }));
    for (const [step, name, text] of files.changes) {
      if (step >= from) hits.push(...hit(step, "file", `${name}: ${text ?? "removed"}`, q));
    }
    hits.sort((a, b) => a.step - b.step);
    const more = el(`data-e${k}-steps-${chunk + 1}`) !== null;
    return { hits, next: more ? (chunk + 1) * CHUNK : null };
  }

  async #range(name, from, to) {
    const pieces = [];
    for (let chunk = Math.floor(from / CHUNK); chunk * CHUNK < to; chunk += 1) {
      if (el(`data-${name}-${chunk}`) === null) break;
      pieces.push(...(await this.#read(`${name}-${chunk}`)));
    }
    return pieces.slice(from % CHUNK, (from % CHUNK) + to - from);
  }

  /** A piece, unpacked; the latest few are kept. */
  #read(name) {
    const found = this.#unpacked.get(name) ?? this.#unpack(name);
    this.#unpacked.delete(name);
    this.#unpacked.set(name, found);
    if (this.#unpacked.size > UNPACKED) this.#unpacked.delete(this.#unpacked.keys().next().value);
    return found;
  }

  async #unpack(name) {
    const node = el(`data-${name}`);
    if (node === null) throw new Error("This page was exported without that part.");
    const packed = Uint8Array.from(atob(node.textContent.trim()), (char) => char.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }
}

/** Where a step says it, at most once in each of its texts. */
function hitsIn(step, q) {
  const said = (routine) =>
    step.turns.filter((turn) => turn.routine === routine).map(({ said }) => said).join("\n");
  return [
    ...hit(step.step, "observation", step.observation, q),
    ...hit(step.step, "log", said("log"), q),
    ...hit(step.step, "plan", said("plan"), q),
    ...hit(step.step, "action", step.action, q),
  ];
}

function hit(step, where, text, q) {
  const at = text.toLowerCase().indexOf(q.toLowerCase());
  if (at < 0) return [];
  const from = Math.max(0, at - 40);
  return [{
    step, where, excerpt: text.slice(from, at + q.length + 80), start: at - from,
    end: at - from + q.length,
  }];
}
