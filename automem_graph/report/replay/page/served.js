// What the page asks of the server that serves it. Ranges of steps are half-open.

class Served {
  replay() {
    return this.#get("api/replay");
  }

  async steps(k, from, to) {
    return (await this.#get(`api/episodes/${k}/steps`, { from, to })).steps;
  }

  async frames(k, from, to) {
    return (await this.#get(`api/episodes/${k}/frames`, { from, to })).frames;
  }

  files(k, step) {
    return this.#get(`api/episodes/${k}/files`, { step });
  }

  atlas(k) {
    return this.#get(`api/episodes/${k}/atlas`);
  }

  search(k, q, from) {
    return this.#get(`api/episodes/${k}/search`, { q, from });
  }

  /** A running episode's outline, as soon as it has more than `have` steps. */
  follow(k, have) {
    return this.#get(`api/episodes/${k}/follow`, { have });
  }

  async #get(path, query = {}) {
    const asked = new URLSearchParams(query).toString();
    let response;
    try {
      response = await fetch(asked ? `${path}?${asked}` : path);
    } catch {
      throw new Error("The server of this page is gone: start automem replay again.");
    }
    if (response.ok) return response.json();
    const said = await response.json().catch(() => ({}));
    throw new Error(said.error || `The server answered ${response.status}.`);
  }
}
