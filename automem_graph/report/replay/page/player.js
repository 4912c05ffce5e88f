// Where the page stands, in all episodes at once, and how it moves on.

class Player extends EventTarget {
  step = 0;
  playing = false;
  speed = 5; // steps a second

  constructor(columns) {
    super();
    this.columns = columns;
  }

  /** The place after the last step of the longest episode. */
  get last() {
    return Math.max(...this.columns.map(({ episode }) => episode.last));
  }

  /** Go to a step, or as near as there is one; resolves when all of it is drawn. */
  async go(step) {
    this.step = Math.max(0, Math.min(this.last, Math.round(step) || 0));
    this.dispatchEvent(new Event("step"));
    const { step: here } = this;
    const drawn = this.columns.map((column) => column.draw(here));
    await Promise.all(drawn.map(({ words }) => words));
    if (here === this.step) this.dispatchEvent(new Event("told"));
    await Promise.all(drawn.map(({ picture }) => picture));
    if (here === this.step) this.dispatchEvent(new Event("drawn"));
  }

  /** Go by hand, which ends playing. */
  jump(step) {
    this.pause();
    return this.go(step);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.dispatchEvent(new Event("playing"));
  }

  async play() {
    if (this.playing) return;
    this.playing = true;
    this.dispatchEvent(new Event("playing"));
    if (this.step >= this.last) await this.go(0);
    while (this.playing && this.step < this.last) {
      const due = performance.now() + 1000 / this.speed;
      await this.go(this.step + 1);
      await new Promise((wake) => setTimeout(wake, Math.max(0, due - performance.now())));
    }
    this.pause();
  }
}
