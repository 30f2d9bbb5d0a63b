// Saved pictures: SVG and PNG that stand alone, with title, legend, settings, design and claim level on them.

import { capital } from "./format.js";
import { LETTERS } from "./horseshoe.js";
import { LIGHT, canvas, el, text, wrapped } from "./svg.js";

const WIDTH = 960;
const MARGIN = 24;
const LINE = 15;

/** What the numbers of a picture rest on: pairs, draws, seed, claim level, interval; `note` where it has more or other to say. */
export function designOf({ design }, note = {}) {
  const told = note.design ?? `${design.text}.`;
  return `${design.preview ? "PREVIEW of few pairs: " : ""}${told} No forecast. ${note.more ?? `Intervals: ${design.interval}.`}`;
}

/** Everything that a saved picture says below itself, in sentences. */
function restsOn(answer, note) {
  const { scenario, against, changed, query } = answer;
  const moved = changed.map(({ label, to, applies }) => `${label} = ${to} (${applies === "both" ? "both arms" : "strategy"})`);
  return [
    `Strategy: ${scenario.title} (${scenario.name}). Reference: ${against.title} (${against.name}).`,
    `Changed settings: ${moved.length ? `${moved.join("; ")}.` : "none."}`,
    designOf(answer, note),
    `Settings: ?${query}`,
  ];
}

/** A picture as a file: `draw(palette, width)` gives its nodes and height. */
export function framed({ title, lead, legend, draw, answer, note }) {
  const palette = LIGHT;
  const inner = WIDTH - 2 * MARGIN;
  const letters = Math.floor(inner / 5.7);
  const nodes = [el("title", {}, title)];
  let y = MARGIN + 12;
  for (const words of wrapped(title, Math.floor(inner / 9))) {
    nodes.push(text(0, y, words, { "font-size": 17, "font-weight": 650 }));
    y += 22;
  }
  for (const words of wrapped(capital(lead), letters)) {
    nodes.push(text(0, y, words, { fill: palette.muted }));
    y += LINE;
  }
  y = keyed(nodes, legend, y + 10, inner, palette);
  const { nodes: body, height } = draw(palette, inner);
  nodes.push(el("g", { transform: `translate(0 ${y + 8})` }, ...body));
  y += height + 34;
  nodes.push(el("path", { d: `M0 ${y - 14}H${inner}`, stroke: palette.faint }));
  for (const sentence of restsOn(answer, note)) {
    for (const words of wrapped(sentence, letters)) {
      nodes.push(text(0, y + 4, words, { fill: palette.muted, "font-size": 11 }));
      y += LINE;
    }
  }
  const total = Math.ceil(y + MARGIN / 2);
  return canvas(
    WIDTH,
    total,
    palette,
    el("rect", { width: WIDTH, height: total, fill: palette.paper }),
    el("g", { transform: `translate(${MARGIN} 0)` }, ...nodes),
  );
}

function keyed(nodes, legend, top, width, palette) {
  let [x, y] = [0, top];
  for (const { kind, colour, letter, words } of legend) {
    const room = (kind === "none" ? 0 : 26) + words.length * 5.9 + 20;
    if (x && x + room > width) [x, y] = [0, y + 20];
    const sample = el(
      "svg",
      { x, y: y - 6, width: 20, height: 16, viewBox: "0 0 20 16" },
      swatch(kind, palette[colour], letter, palette),
    );
    if (kind !== "none") nodes.push(sample);
    nodes.push(text(x + (kind === "none" ? 0 : 26), y + 6, words, { "font-size": 11, fill: palette.ink }));
    x += room;
  }
  return y + 18;
}

/** The mark of a legend in a box of 20 by 16. */
export function swatch(kind, colour, letter, palette) {
  const vote = Object.keys(LETTERS).find((name) => LETTERS[name] === letter);
  return {
    line: () => el("path", { d: "M1 8H19", stroke: colour, "stroke-width": 2.4 }),
    dashed: () => el("path", { d: "M1 8H19", stroke: colour, "stroke-width": 2.4, "stroke-dasharray": "5 3" }),
    dot: () => el("circle", { cx: 10, cy: 8, r: 4, fill: colour, stroke: colour, "stroke-width": 1.8 }),
    ring: () => el("circle", { cx: 10, cy: 8, r: 4, fill: palette.paper, stroke: colour, "stroke-width": 1.8 }),
    square: () => el("rect", { x: 4, y: 2, width: 12, height: 12, rx: 2, fill: colour, "fill-opacity": 0.6 }),
    seat: () =>
      el(
        "g",
        {},
        el("circle", { cx: 10, cy: 8, r: 7.6, fill: colour }),
        text(10, 11.8, letter, {
          "text-anchor": "middle",
          "font-size": 10.5,
          "font-weight": 700,
          fill: palette[`on${vote?.charAt(0).toUpperCase()}${vote?.slice(1)}`],
        }),
      ),
    none: () => el("g"),
  }[kind]();
}

const written = (svg) => `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;

/** Save text or bytes under a name. */
export function save(content, type, name) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export const saveSvg = (svg, name) => save(written(svg), "image/svg+xml", `${name}.svg`);

/** Save as PNG, two points for each unit of the drawing; raises an Error where the browser can't paint it. */
export async function savePng(svg, name) {
  const image = new Image();
  const address = URL.createObjectURL(new Blob([written(svg)], { type: "image/svg+xml" }));
  try {
    image.src = address;
    await image.decode();
    const board = Object.assign(document.createElement("canvas"), {
      width: 2 * svg.getAttribute("width"),
      height: 2 * svg.getAttribute("height"),
    });
    board.getContext("2d").drawImage(image, 0, 0, board.width, board.height);
    const bytes = await new Promise((done) => board.toBlob(done, "image/png"));
    save(bytes, "image/png", `${name}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}
