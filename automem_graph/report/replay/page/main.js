// The page put together.

/** What an episode is called beside others: what tells them apart, in as few words as may be. */
function namesOf(outlines) {
  const facts = outlines.map((outline) => ({
    version: outline.version, scaffold: outline.scaffold, agent: outline.agent,
    task: outline.task, seed: `seed ${outline.seed}`, ...outline.models,
  }));
  const values = (key) => new Set(facts.map((one) => one[key] ?? "").filter(Boolean));
  const keys = [...new Set(facts.flatMap(Object.keys))];
  const enough = keys.find((key) => values(key).size === outlines.length);
  const differ = enough ? [enough] : keys.filter((key) => new Set(facts.map((one) => one[key])).size > 1);
  const names = facts.map((one) => differ.map((key) => one[key]).filter(Boolean).join(" + "));
  return names.map((name, at) => {
    const said = oneLine(name || outlines[at].id, 60);
    return names.indexOf(name) === at ? said : `${said} (${at + 1})`;
  });
}

/** What is the same in all of them. */
function factsOf(outlines) {
  const [{ agent, models, id }] = outlines;
  const same = (of) => new Set(outlines.map(of)).size === 1;
  const facts = [];
  if (same((one) => one.agent)) facts.push(["agent", agent]);
  for (const role of Object.keys(models)) {
    if (same((one) => one.models[role])) facts.push([role, models[role]]);
  }
  if (outlines.length === 1) facts.push(["episode", id]);
  return facts.filter(([, text]) => text !== "" && text !== null && text !== undefined);
}

async function main() {
  const source = Embedded.here() ? new Embedded() : new Served();
  const { episodes, live } = await source.replay();
  const names = namesOf(episodes);
  const columns = episodes.map((outline, place) =>
    new Column(new Episode(source, outline), place, names[place]));
  const player = new Player(columns);
  const events = new Events(player);
  const timeline = new Timeline(player, events);
  const search = new Search(player, el("words"));

  const several = episodes.length > 1;
  const shared = (of) => [...new Set(episodes.map(of))].map((one) => oneLine(one, 80)).join(", ");
  el("title").textContent = [shared(({ task }) => task), shared(({ seed }) => `seed ${seed}`)].join(", ");
  document.title = `${el("title").textContent}: replay`;
  for (const [name, text] of factsOf(episodes)) {
    el("facts").append(make("li", {}, make("span", { class: "faint" }, `${oneLine(name, 30)} `), oneLine(text, 60)));
  }
  document.body.classList.add(several ? "several" : "single", episodes[0].frames === "terminal" ? "broad" : "square");
  el("columns").append(...columns.map(({ node }) => node));
  el("finds").append(search.node, events.node);
  el("transport").prepend(timeline.node);
  el("main").hidden = el("transport").hidden = false;
  el("loading").remove();

  controls(player, events);
  player.addEventListener("step", () => { timeline.show(); events.mark(); });
  player.addEventListener("told", () => markWords(search.words));
  listen(player, events, search, el("help"));
  el("help-button").addEventListener("click", () => el("help").showModal());
  await player.go(asked() ?? 0);
  if (live) followLive(player, () => { timeline.refresh(); events.refresh(); });
}

themeSwitch(el("theme"));
main().catch((error) => {
  el("loading")?.replaceChildren(missing(error.message));
});
