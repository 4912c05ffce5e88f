// What a write changed in a file, by lines.

const MOST = 200_000; // pairs of lines that are compared: beyond it, the middle counts as rewritten

/** The lines of both texts in order: `kind` is "same", "add" or "cut". */
function diffLines(before, after) {
  const [old, now] = [before, after].map((text) => text.replace(/\n$/, "")).map((text) => (text ? text.split("\n") : []));
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < old.length - head && tail < now.length - head
    && old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) tail += 1;
  const same = (text) => ({ kind: "same", text });
  return [
    ...now.slice(0, head).map(same),
    ...between(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...now.slice(now.length - tail, now.length).map(same),
  ];
}

function between(old, now) {
  const cut = (text) => ({ kind: "cut", text });
  const add = (text) => ({ kind: "add", text });
  if (old.length * now.length > MOST) return [...old.map(cut), ...now.map(add)];
  const width = now.length + 1; // longest common subsequence, from the ends
  const long = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      long[i * width + j] = old[i] === now[j]
        ? long[(i + 1) * width + j + 1] + 1
        : Math.max(long[(i + 1) * width + j], long[i * width + j + 1]);
    }
  }
  const lines = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: "same", text: now[j] });
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && long[(i + 1) * width + j] >= long[i * width + j + 1])) {
      lines.push(cut(old[i]));
      i += 1;
    } else {
      lines.push(add(now[j]));
      j += 1;
    }
  }
  return lines;
}
