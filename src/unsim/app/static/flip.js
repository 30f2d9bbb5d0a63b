// Where the result turns: the effect on a map over two parameters, with the line on which its sign changes.

import { capital, plain, signed, unitOfDifference } from "./format.js";
import { el, scale, text, wrapped } from "./svg.js";

const LEFT = 46;
const TOP = 22;
const BOTTOM = 44;
const GAP = 34;
const LEAST = 270; // of the width of a map

export const LEGEND = [
  { kind: "square", colour: "rise", words: "effect above 0 (+)" },
  { kind: "square", colour: "fall", words: "effect below 0 (−)" },
  { kind: "line", colour: "ink", words: "where the sign turns" },
  { kind: "ring", colour: "strategy", words: "the settings" },
  { kind: "none", words: "Bold: the interval leaves out 0 and holds the mean." },
];

/** Where the effect is 0, as pieces of line between the points of the grid. */
export function zeroLine(xs, ys, values) {
  const pieces = [];
  for (let j = 0; j + 1 < ys.length; j += 1) {
    for (let i = 0; i + 1 < xs.length; i += 1) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const cuts = [];
      corners.forEach(([a, b], k) => {
        const [c, d] = corners[(k + 1) % 4];
        const [from, to] = [values[b][a], values[d][c]];
        if (from < 0 === to < 0) return;
        const share = from / (from - to);
        cuts.push([xs[a] + share * (xs[c] - xs[a]), ys[b] + share * (ys[d] - ys[b])]);
      });
      for (let k = 0; k + 1 < cuts.length; k += 2) pieces.push([cuts[k], cuts[k + 1]]);
    }
  }
  return pieces;
}

/** The picture: a map for each outcome, side by side where there is room. */
export function maps(flip, palette, width) {
  const columns = Math.max(1, Math.min(flip.outcomes.length, Math.floor((width + GAP) / (LEAST + GAP))));
  const each = (width - GAP * (columns - 1)) / columns;
  const size = Math.min(250, (each - LEFT) * 0.72);
  const told = flip.outcomes.map(({ text: words }) => wrapped(words, Math.floor(each / 5.7)));
  const height = TOP + size + BOTTOM + 15 * Math.max(...told.map((lines) => lines.length));
  const nodes = flip.outcomes.map((outcome, i) => {
    const place = [(i % columns) * (each + GAP), Math.floor(i / columns) * (height + 12)];
    return el(
      "g",
      { transform: `translate(${place.join(" ")})` },
      ...one(outcome, flip, palette, each, size),
      ...told[i].map((words, k) => text(0, TOP + size + BOTTOM + 8 + 15 * k, words, { fill: palette.muted, "font-size": 11.5 })),
    );
  });
  return {
    nodes,
    height: Math.ceil(flip.outcomes.length / columns) * (height + 12) - 12,
    alt: flip.outcomes.map(({ label, text: words }) => `${label}: ${words}`).join(" "),
  };
}

function one(outcome, { x: across, y: up }, palette, width, size) {
  const right = width - 2;
  const cell = { width: (right - LEFT) / across.values.length, height: size / up.values.length };
  const x = scale(across.values[0], across.values.at(-1), LEFT + cell.width / 2, right - cell.width / 2);
  const y = scale(up.values[0], up.values.at(-1), TOP + size - cell.height / 2, TOP + cell.height / 2);
  const most = Math.max(...outcome.effect.flat().map(Math.abs)) || 1;
  const nodes = [
    el(
      "text",
      { x: 0, y: 11, "font-size": 12.5, "font-weight": 650 },
      capital(outcome.label),
      el("tspan", { fill: palette.muted, "font-weight": 400, "font-size": 11, dx: 6 }, `effect, ${unitOfDifference(outcome.unit)}`),
    ),
  ];
  const numbers = [];
  outcome.effect.forEach((values, j) =>
    values.forEach((value, i) => {
      const [left, top] = [x(across.values[i]) - cell.width / 2, y(up.values[j]) - cell.height / 2];
      const shade = 0.12 + 0.6 * Math.sqrt(Math.abs(value) / most);
      nodes.push(
        el("rect", {
          x: left.toFixed(1),
          y: top.toFixed(1),
          width: cell.width.toFixed(1),
          height: cell.height.toFixed(1),
          fill: value < 0 ? palette.fall : value > 0 ? palette.rise : palette.paper,
          "fill-opacity": shade.toFixed(2),
          stroke: palette.paper,
        }),
      );
      const fits = cell.width >= 40 ? signed(value, 2) : value < 0 ? "−" : value > 0 ? "+" : "0";
      numbers.push(
        text(left + cell.width / 2, top + cell.height / 2 + 4, fits, {
          "text-anchor": "middle",
          "font-size": 10.5,
          "font-weight": outcome.settled[j][i] ? 700 : 400,
          stroke: palette.paper,
          "stroke-width": 3,
          "stroke-opacity": 0.55,
          "paint-order": "stroke",
          "stroke-linejoin": "round",
        }),
      );
    }),
  );
  const turn = zeroLine(across.values.map(x), up.values.map(y), outcome.effect);
  const path = turn.map(([[a, b], [c, d]]) => `M${a.toFixed(1)} ${b.toFixed(1)}L${c.toFixed(1)} ${d.toFixed(1)}`).join("");
  if (path)
    nodes.push(
      el("path", { d: path, stroke: palette.paper, "stroke-width": 5, fill: "none", "stroke-linecap": "round" }),
      el("path", { d: path, stroke: palette.ink, "stroke-width": 2.2, fill: "none", "stroke-linecap": "round" }),
    );
  nodes.push(...here(across.now, up.now, x, y, { right, size }, palette), ...numbers);
  across.values.forEach((value) =>
    nodes.push(
      text(x(value), TOP + size + 14, plain(Number(value.toPrecision(2))), {
        "text-anchor": "middle",
        fill: palette.muted,
        "font-size": 11,
      }),
    ),
  );
  up.values.forEach((value) =>
    nodes.push(
      text(LEFT - 6, y(value) + 4, plain(Number(value.toPrecision(2))), {
        "text-anchor": "end",
        fill: palette.muted,
        "font-size": 11,
      }),
    ),
  );
  nodes.push(text((LEFT + right) / 2, TOP + size + 31, across.label, { "text-anchor": "middle", "font-size": 11 }));
  nodes.push(
    text(0, 0, up.label, {
      "text-anchor": "middle",
      "font-size": 11,
      transform: `translate(10 ${(TOP + size / 2).toFixed(1)}) rotate(-90)`,
    }),
  );
  return nodes;
}

/** Where the settings stand: a point, or a line where one of the two parameters is drawn. */
function here(a, b, x, y, { right, size }, palette) {
  const line = { stroke: palette.strategy, "stroke-width": 2, "stroke-dasharray": "2 3" };
  const found = [];
  if (a !== null && a !== undefined) found.push(el("path", { d: `M${x(a).toFixed(1)} ${TOP}v${size}`, ...line }));
  if (b !== null && b !== undefined) found.push(el("path", { d: `M${LEFT} ${y(b).toFixed(1)}H${right}`, ...line }));
  if (found.length === 2)
    found.push(
      el("circle", {
        cx: x(a).toFixed(1),
        cy: y(b).toFixed(1),
        r: 15,
        fill: palette.paper,
        "fill-opacity": 0.5,
        stroke: palette.strategy,
        "stroke-width": 3,
      }),
    );
  return found;
}

/** The rows of the table: every point of the map. */
export const rows = (flip) => ({
  head: [flip.x.label, flip.y.label, ...flip.outcomes.map(({ label, unit }) => `${label}, ${unitOfDifference(unit)}`)],
  body: flip.y.values.flatMap((up, j) =>
    flip.x.values.map((across, i) => [
      plain(across),
      plain(up),
      ...flip.outcomes.map(({ effect, settled }) => `${signed(effect[j][i])}${settled[j][i] ? "" : " (open)"}`),
    ]),
  ),
});

export const now = (axis) => (axis.now === null || axis.now === undefined ? "drawn" : plain(axis.now));
