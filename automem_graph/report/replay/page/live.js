// A running episode: its outline as it grows, and the page at its end where that is wanted.

const AGAIN = 5000; // milliseconds after a follow that failed

function followLive(player, changed) {
  const running = player.columns.filter(({ episode }) => episode.running);
  el("live-label").hidden = running.length === 0;
  for (const column of running) follow(player, column, changed);
}

async function follow(player, { episode }, changed) {
  while (episode.running) {
    try {
      const outline = await episode.source.follow(episode.outline.k, episode.last);
      const same = outline.steps === episode.last && outline.status === episode.outline.status;
      if (same) continue;
      episode.grow(outline);
      changed();
      if (el("live").checked && !player.playing) player.go(player.last);
      else if (player.step >= outline.steps - 1) player.go(player.step);
    } catch (error) {
      el("trouble").textContent = visible(error.message);
      await new Promise((wake) => setTimeout(wake, AGAIN));
      el("trouble").textContent = "";
    }
  }
}
