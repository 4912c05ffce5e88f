// Loading what a page shows, one after the other, while a person is faster than that.

/** Loads one thing at a time; while it does, only the last that was asked for waits. */
class Latest {
  #wanted = null;
  #loading = null;

  constructor(load, show) {
    this.load = load;
    this.show = show;
  }

  /** Resolves when what was asked for last is shown. */
  want(step) {
    this.#wanted = step;
    this.#loading ??= this.#catchUp().finally(() => { this.#loading = null; });
    return this.#loading;
  }

  async #catchUp() {
    for (let step = null; step !== this.#wanted;) {
      step = this.#wanted;
      const found = await this.load(step);
      if (step === this.#wanted) this.show(step, found);
    }
  }
}
