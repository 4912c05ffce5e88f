// The world as people know it: tiles, a terminal, a chat, or what it says.

async function loadAtlas(atlas) {
  const image = new Image();
  image.src = /^data:image\/png;base64,/.test(atlas.image) ? atlas.image : "data:,";
  await image.decode();
  return { ...atlas, image };
}

/** A frame as an element; `atlas` is needed for tiles only. */
function drawFrame(frame, atlas) {
  if (frame instanceof Error) return missing(frame.message);
  if (frame === null) return missing("There is no picture of this step.");
  if (frame.kind === "tiles") return atlas instanceof Error ? missing(atlas.message) : tiles(frame, atlas);
  if (frame.kind === "terminal") return terminal(frame);
  if (frame.kind === "chat") return chat(frame);
  return make("div", { class: "told", tabindex: "0", role: "region", "aria-label": "what the world said" }, block(frame.text));
}

function tiles(frame, atlas) {
  const { columns, rows, cells, dark } = frame;
  const canvas = make("canvas", {
    width: columns * atlas.size, height: rows * atlas.size, role: "img",
    "aria-label": oneLine(frame.caption || "the world"),
  });
  const context = canvas.getContext("2d");
  cells.forEach((stack, place) => {
    const [x, y] = [(place % columns) * atlas.size, Math.floor(place / columns) * atlas.size];
    for (const index of stack) stamp(context, atlas, index, x, y);
  });
  if (dark > 0) {
    context.fillStyle = `rgb(0 10 38 / ${Math.min(dark, 1) * 0.8})`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  const items = frame.items.map((item) => carried(item, atlas));
  return make("div", { class: "tiles" }, canvas,
    items.length ? make("ul", { class: "items", "aria-label": "what the player has" }, ...items) : null);
}

function stamp(context, { image, size }, index, x, y) {
  context.drawImage(image, index * size, 0, size, size, x, y, size, size);
}

function carried([index, number, name], atlas) {
  const icon = make("canvas", { width: atlas.size, height: atlas.size, "aria-hidden": "true" });
  stamp(icon.getContext("2d"), atlas, index, 0, 0);
  return make("li", { title: oneLine(name) }, icon, make("span", { class: "hidden" }, oneLine(name)),
    ` ${count(number)}`);
}

function terminal(frame) {
  const screen = make("pre", { class: "terminal" });
  const [atX, atY] = frame.cursor ?? [-1, -1];
  let widest = 0;
  frame.rows.forEach((spans, y) => {
    let x = 0;
    const row = make("span", { class: "row" });
    for (const [text, colour, bold, inverse] of spans) {
      const chars = [...text];
      const cursor = y === atY && x <= atX && atX < x + chars.length ? atX - x : -1;
      const parts = cursor < 0 ? [text]
        : [chars.slice(0, cursor).join(""), chars[cursor], chars.slice(cursor + 1).join("")];
      parts.forEach((part, place) => {
        if (!part) return;
        const look = [`c${colour & 15}`, bold && "bold", (inverse || place === 1) && "inverse"];
        row.append(make("span", { class: look.filter(Boolean).join(" ") }, visible(part)));
      });
      x += chars.length;
    }
    widest = Math.max(widest, x);
    screen.append(row);
  });
  screen.style.setProperty("--columns", Math.max(40, widest));
  return make("div", { class: "screen" }, screen);
}

function chat(frame) {
  const lines = frame.messages.map(({ who, text }) =>
    make("li", { class: who === "agent" ? "own" : "other" },
      make("span", { class: "who" }, oneLine(who, 40)), make("p", {}, visible(text))));
  const list = make("ol", { class: "chat", tabindex: "0", "aria-label": "the conversation" }, ...lines);
  queueMicrotask(() => { list.scrollTop = list.scrollHeight; });
  return list;
}
