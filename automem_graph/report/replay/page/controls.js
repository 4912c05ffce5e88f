// The bar below: buttons, speed, the number of the step; and what a screen reader is told.

const QUIET = 400; // milliseconds without a step before it is said
const ADDRESS = 300; // milliseconds between two changes of the address

function controls(player, events) {
  const acts = {
    first: () => player.jump(0),
    back: () => player.jump(player.step - 1),
    play: () => player.toggle(),
    on: () => player.jump(player.step + 1),
    last: () => player.jump(player.last),
    earlier: () => events.previous(),
    later: () => events.next(),
  };
  for (const [id, act] of Object.entries(acts)) el(id).addEventListener("click", act);
  el("step").addEventListener("change", (event) => player.jump(event.target.valueAsNumber));
  el("speed").addEventListener("change", (event) => { player.speed = Number(event.target.value); });
  player.speed = Number(el("speed").value);

  player.addEventListener("playing", () => {
    el("play").setAttribute("aria-label", player.playing ? "pause" : "play");
    el("play").classList.toggle("playing", player.playing);
  });
  player.addEventListener("step", () => {
    el("step").value = player.step;
    el("step").max = player.last;
    el("steps").textContent = `of ${count(player.last)}`;
    for (const id of ["first", "back"]) el(id).setAttribute("aria-disabled", String(player.step === 0));
    for (const id of ["last", "on"]) el(id).setAttribute("aria-disabled", String(player.step === player.last));
  });
  address(player);
  announce(player);
}

/** `#step=120` in the address: kept up with, and followed when it is changed. */
function address(player) {
  let waiting = null;
  player.addEventListener("step", () => {
    waiting ??= setTimeout(() => {
      waiting = null;
      if (asked() !== player.step) history.replaceState(null, "", `#step=${player.step}`);
    }, ADDRESS);
  });
  addEventListener("hashchange", () => {
    if (asked() !== null && asked() !== player.step) player.jump(asked());
  });
}

/** The step that the address names, or null. */
function asked() {
  const said = new URLSearchParams(location.hash.slice(1)).get("step");
  return /^\d{1,9}$/.test(said ?? "") ? Number(said) : null;
}

/** Say where the page stands once it stands still, and nothing while it plays. */
function announce(player) {
  let waiting = null;
  const say = () => {
    clearTimeout(waiting);
    if (player.playing) return;
    waiting = setTimeout(() => {
      const said = player.columns.map(({ name, said, score }) =>
        [player.columns.length > 1 ? name : "", said, score.textContent].filter(Boolean).join(", "));
      el("said").textContent = `Step ${player.step} of ${player.last}. ${said.join(". ")}`;
    }, QUIET);
  };
  player.addEventListener("told", say);
  player.addEventListener("playing", say);
}
