// Elements, made one by one: what others wrote enters the page as text and as nothing else.

const el = (id) => document.getElementById(id);

/** A new element; `props` are attributes, `on` its listeners; strings among `children` are text. */
function make(tag, props = {}, ...children) {
  const { on = {}, ...attributes } = props;
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.filter((child) => child !== null));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** A new element of a drawing. */
function draw(tag, attributes = {}) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

const PLAIN = /^[\t\n -~]*$/;
const UNSEEN =
  /[\p{C}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\u{e0100}-\u{e01ef}]/gu;

/** The text with an escape for what would not show or would turn the direction of a line. */
function visible(text) {
  const plain = String(text).replace(/\r\n?/g, "\n");
  if (PLAIN.test(plain)) return plain;
  return plain.replace(UNSEEN, (char) => {
    if (char === "\n" || char === "\t") return char;
    const code = char.codePointAt(0);
    const [letter, width] = code < 256 ? ["x", 2] : code < 65536 ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(width, "0")}`;
  });
}

/** As one line of at most `most` characters. */
function oneLine(text, most = 160) {
  const line = visible(text).split(/\s+/).join(" ").trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

/** A block of text in the type of code, which keeps its lines. */
const block = (text, kind = "") => make("pre", { class: kind }, visible(text));

/** A figure with thousands apart. */
const count = (number) => Number(number).toLocaleString("en-US");

/** Progression, which is a share, as it is said. */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Which episode this is of, where there are several: a number in its colour, and its name. */
function badge(place, name) {
  return make("span", { class: `badge e${place % COLOURS}`, title: name },
    make("span", { "aria-hidden": "true" }, String(place + 1)), make("span", { class: "hidden" }, ` ${name}`));
}

const COLOURS = 4; // as many as the style has; then they begin again

/** A sentence in the place of what is missing. */
const missing = (text) => make("p", { class: "missing" }, visible(text));
