// Drawing: elements styled by attributes, so that a saved picture stands alone; colours, scales, ticks, lines of text.

const SPACE = "http://www.w3.org/2000/svg";
export const FONT =
  "Inter, 'Segoe UI', -apple-system, BlinkMacSystemFont, Roboto, 'Noto Sans', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

/** The colours of pictures; after Okabe and Ito and after Tol, which colour-blind readers can tell apart. */
export const LIGHT = {
  ink: "#1a222c",
  muted: "#56616e",
  faint: "#dde2e8",
  paper: "#ffffff",
  strategy: "#0069a6",
  reference: "#b84a00",
  yes: "#0069a6",
  onYes: "#ffffff",
  abstain: "#d5dae0",
  onAbstain: "#1a222c",
  no: "#eba21a",
  onNo: "#1a222c",
  rise: "#e8a15a",
  fall: "#8a86c4",
  stack: ["#33418f", "#7cc4ea", "#1d7a4c", "#e0cf7a", "#8b2a5c", "#8fd0b9", "#b5576b", "#cdd2d8"],
};
export const DARK = {
  ink: "#e9edf2",
  muted: "#a3afbc",
  faint: "#303b48",
  paper: "#171e27",
  strategy: "#62b8ec",
  reference: "#f2995e",
  yes: "#4e9bd6",
  onYes: "#0d1319",
  abstain: "#4b5765",
  onAbstain: "#f2f5f8",
  no: "#f5c451",
  onNo: "#0d1319",
  rise: "#a8652a",
  fall: "#5d589f",
  stack: ["#5767c4", "#8bd0f2", "#2c9a63", "#e6d78b", "#a8437a", "#9adcc6", "#cc6f83", "#7c8794"],
};

/** An SVG element with attributes and children; text becomes a text node, what is null is left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function text(x, y, words, attributes = {}) {
  return el("text", { x: x.toFixed(1), y: y.toFixed(1), "font-size": 11.5, ...attributes }, words);
}

/** A picture of a size in pixels. */
export function canvas(width, height, palette, ...children) {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` };
  return el("svg", { ...size, "font-family": FONT, fill: palette.ink }, ...children);
}

export const scale = (from, to, first, last) => (value) => first + ((value - from) / (to - from || 1)) * (last - first);

/** About `number` round values within a range. */
export function ticks(low, high, number) {
  const rough = (high - low) / number || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high * (1 + 1e-12); i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** The months at which an axis has a mark, with what stands there: at most `number` of them, at full years where it can be. */
export function monthTicks(months, number) {
  const spacing = [1, 3, 6, 12, 24, 36, 60, 120].find((each) => months.length <= each * number) ?? 240;
  return months
    .map((month, index) => ({ index, month, from: Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 }))
    .filter(({ from }) => from % spacing === 0)
    .map(({ index, month }) => ({ index, label: spacing >= 12 ? month.slice(0, 4) : month }));
}

const points = (xs, ys) => xs.map((x, i) => `${x.toFixed(1)},${ys[i].toFixed(1)}`);
export const line = (xs, ys) => `M${points(xs, ys).join("L")}`;
export const band = (xs, lower, upper) => `M${points(xs, upper).join("L")}L${points(xs, lower).reverse().join("L")}Z`;

/** Places for labels near where they belong, so far apart that they can be read, within two bounds. */
export function apart(wanted, gap, low, high) {
  const order = wanted.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i += 1) order[i].y = Math.max(order[i].y, order[i - 1].y + gap);
  const over = order.length ? order.at(-1).y - high : 0;
  if (over > 0) {
    order.at(-1).y -= over;
    for (let i = order.length - 2; i >= 0; i -= 1) order[i].y = Math.min(order[i].y, order[i + 1].y - gap);
  }
  const found = [];
  for (const { y, index } of order) found[index] = Math.max(low, y);
  return found;
}

/** Text broken into lines of at most so many letters. */
export function wrapped(words, letters) {
  const lines = [""];
  for (const word of words.split(/\s+/)) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (longer.length <= letters || !lines.at(-1)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
