// One episode as the page knows it: its outline, and pieces of it that are fetched when needed.

const STEPS = 100; // of a piece of steps
const FRAMES = 25; // of a piece of frames: drawn on demand, hence fewer
const KEPT = 12; // pieces of each kind that are kept in memory; of files, more

/** Pieces of `size` steps, each fetched once; the one that was used longest ago is forgotten. */
class Pieces {
  #kept = new Map();

  constructor(size, fetchPiece, most = KEPT) {
    this.size = size;
    this.most = most;
    this.fetchPiece = fetchPiece;
  }

  async at(step) {
    const place = Math.floor(step / this.size);
    const piece = this.#kept.get(place) ?? this.fetchPiece(place * this.size);
    this.#kept.delete(place);
    this.#kept.set(place, piece);
    if (this.#kept.size > this.most) this.#kept.delete(this.#kept.keys().next().value);
    try {
      const found = await piece;
      if (found.at(-1)?.later) this.#kept.delete(place); // it ends where drawing has come to
      return found[step - place * this.size] ?? (found.at(-1)?.later ? found.at(-1) : null);
    } catch (error) {
      this.#kept.delete(place);
      throw error;
    }
  }

  /** What was fetched when the episode ended at `step` is to be fetched again. */
  grown(step) {
    for (const place of this.#kept.keys()) {
      if ((place + 1) * this.size > step) this.#kept.delete(place);
    }
  }
}

class Episode {
  constructor(source, outline) {
    this.source = source;
    this.outline = outline;
    const { k } = outline;
    this.steps = new Pieces(STEPS, (from) =>
      source.steps(k, from, Math.min(from + STEPS, this.last)));
    this.frames = new Pieces(FRAMES, (from) =>
      source.frames(k, from, Math.min(from + FRAMES, this.last + 1)));
    this.files = new Pieces(1, async (step) => [await source.files(k, step)], 5 * KEPT);
    this.atlas = outline.atlas ? source.atlas(k).then(loadAtlas) : Promise.resolve(null);
    this.atlas.catch(() => null); // said where it is drawn
  }

  /** The place after the last step: what the world and the files were like in the end. */
  get last() {
    return this.outline.steps;
  }

  get running() {
    return this.outline.status === "running";
  }

  grow(outline) {
    this.steps.grown(this.last - 1);
    this.frames.grown(this.last);
    this.outline = outline;
  }

  /** What is known of a place, the world's picture apart; what cannot be had is an Error. */
  async words(step) {
    const place = Math.min(step, this.last);
    const [row, files] = await Promise.all([
      place < this.last ? this.steps.at(place).catch((error) => error) : null,
      this.#filesAt(place).catch((error) => error),
    ]);
    return { place, row, files };
  }

  /** The world's picture; an Error in its place where it cannot be had. */
  async picture(step) {
    const place = Math.min(step, this.last);
    const asked = [this.#frame(place), this.atlas];
    const [frame, atlas] = await Promise.all(asked.map((one) => one.catch((error) => error)));
    return { frame, atlas };
  }

  /** A frame that is `later` is not drawn yet: what the world says stands for it. */
  async #frame(place) {
    const frame = await this.frames.at(place);
    if (!frame?.later || place === this.last) return frame;
    return { ...frame, text: (await this.steps.at(place)).observation };
  }

  /** Ask for what comes next while this is looked at. */
  ahead(step) {
    if (step >= this.last) return;
    this.frames.at(Math.min(step + FRAMES, this.last)).catch(() => null);
    if (step + 20 < this.last) this.steps.at(step + 20).catch(() => null);
  }

  progressionAt(step) {
    const points = this.outline.progression;
    return points[Math.max(0, firstAfter(points, step, ([at]) => at) - 1)]?.[1] ?? 0;
  }

  /** After a step; in the end, those that the last step left. */
  async #filesAt(place) {
    if (place < this.last) return this.files.at(place);
    const found = await this.source.files(this.outline.k, this.last - 1);
    return { ...found, files: found.files.map((file) => ({ ...file, before: null })), removed: [] };
  }
}

/** How many of the sorted `items` are not after `step`. */
function firstAfter(items, step, at) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(items[middle]) <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}
