// Revenue by channel over time, stacked, the strategy beside the reference on one scale.

import { monthName, number, plain, shortUnit } from "./format.js";
import { apart, band, el, line, monthTicks, scale, text, ticks } from "./svg.js";

const MOST = 7;
const TOP = 34;
const BOTTOM = 22;
const LEFT = 38;
const PANEL = 236;
const GUTTER = 172;
const GAP = 22;

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The largest channels in both arms and the rest in one: the layers, the largest first. */
export function layers({ channels, strategy, reference }) {
  const size = (i) => sum(strategy[i]) + sum(reference[i]);
  const order = channels.map((_, i) => i).sort((a, b) => size(b) - size(a));
  const rest = order.slice(MOST);
  const found = order.slice(0, MOST).map((i) => ({ label: channels[i].label, strategy: strategy[i], reference: reference[i] }));
  if (!rest.length) return found;
  const together = (arm) => arm[0].map((_, month) => sum(rest.map((i) => arm[i][month])));
  return [...found, { label: `${rest.length} others`, strategy: together(strategy), reference: together(reference) }];
}

/** The picture: two panels beside each other, or one over the other where there is no room. */
export function stacked(revenue, months, palette, width) {
  const shown = layers(revenue);
  const beside = width >= 620;
  const gutter = beside ? GUTTER : Math.min(GUTTER, width * 0.42);
  const panel = beside ? (width - gutter - GAP - LEFT) / 2 : width - gutter - LEFT;
  const most = Math.max(
    ...["strategy", "reference"].flatMap((arm) => months.map((_, i) => sum(shown.map((layer) => layer[arm][i])))),
  );
  const y = scale(0, most * 1.04, PANEL - BOTTOM, TOP);
  const nodes = [];
  ["strategy", "reference"].forEach((arm, i) => {
    const place = beside ? [LEFT + i * (panel + GAP), 0] : [LEFT, i * (PANEL + 10)];
    const labelled = !beside || i === 1;
    nodes.push(
      el(
        "g",
        { transform: `translate(${place.join(" ")})` },
        ...one(shown, arm, months, palette, panel, y, most, !beside || i === 0, labelled && gutter - 28, revenue.unit),
      ),
    );
  });
  return { nodes, height: beside ? PANEL : 2 * PANEL + 10, alt: told(shown, months, revenue.unit) };
}

function one(shown, arm, months, palette, panel, y, most, scaled, room, unit) {
  const x = scale(0, months.length - 1, 0, panel);
  const xs = months.map((_, i) => x(i));
  const total = months.map((_, i) => sum(shown.map((layer) => layer[arm][i])));
  const mean = sum(total) / months.length;
  const title = el(
    "text",
    { x: 0, y: 12, "font-size": 12.5, "font-weight": 650, fill: palette[arm] },
    arm,
    el(
      "tspan",
      { fill: palette.muted, "font-weight": 400, "font-size": 11, dx: 6 },
      `${number(mean)} ${shortUnit(unit)} on average`,
    ),
  );
  const nodes = [title];
  for (const value of ticks(0, most * 1.04, 4)) {
    nodes.push(el("path", { d: `M0 ${y(value).toFixed(1)}H${panel.toFixed(1)}`, stroke: palette.faint }));
    if (scaled) nodes.push(text(-6, y(value) + 4, plain(value), { "text-anchor": "end", fill: palette.muted, "font-size": 11 }));
  }
  let below = months.map(() => 0);
  const middles = [];
  shown.forEach((layer, i) => {
    const above = below.map((value, month) => value + layer[arm][month]);
    nodes.push(
      el("path", { d: band(xs, below.map(y), above.map(y)), fill: palette.stack[i], stroke: palette.paper, "stroke-width": 0.9 }),
    );
    middles.push(y((below.at(-1) + above.at(-1)) / 2));
    below = above;
  });
  nodes.push(el("path", { d: line(xs, total.map(y)), fill: "none", stroke: palette.ink, "stroke-width": 1.2 }));
  for (const { index, label } of monthTicks(months, Math.max(2, Math.floor(panel / 52)))) {
    nodes.push(
      text(x(index), PANEL - 5, label, { "text-anchor": index === 0 ? "start" : "middle", fill: palette.muted, "font-size": 11 }),
    );
  }
  if (room) {
    const places = apart(middles, 14, TOP - 4, PANEL - BOTTOM);
    shown.forEach((layer, i) => {
      nodes.push(
        el("path", {
          d: `M${panel + 2} ${middles[i].toFixed(1)}L${panel + 13} ${places[i].toFixed(1)}`,
          stroke: palette.muted,
          "stroke-width": 0.8,
          fill: "none",
        }),
      );
      nodes.push(el("rect", { x: panel + 15, y: places[i] - 4.5, width: 9, height: 9, rx: 1.5, fill: palette.stack[i] }));
      nodes.push(text(panel + 28, places[i] + 4, shortened(layer.label, room), { "font-size": 11 }));
    });
  }
  return nodes;
}

const shortened = (label, room) => {
  const words = label.replace(/ \(.*/, "");
  const most = Math.min(26, Math.floor(room / 5.5));
  return words.length > most ? `${words.slice(0, most - 1).trimEnd()}…` : words;
};

const told = (shown, months, unit) => {
  const mean = (arm) => number(sum(shown.map((layer) => sum(layer[arm]))) / months.length);
  const largest = shown
    .slice(0, 3)
    .map((layer) => layer.label)
    .join(", ");
  const means = `strategy ${mean("strategy")}, reference ${mean("reference")} on average`;
  return `Mean revenue by channel in ${unit}, from ${monthName(months[0])} on: ${means}; the largest channels are ${largest}.`;
};

/** The rows of the table: the mean over the horizon by channel. */
export const rows = ({ channels, strategy, reference }) => ({
  head: ["channel", "strategy", "reference", "difference"],
  body: channels.map(({ label }, i) => {
    const [ours, theirs] = [strategy, reference].map((arm) => sum(arm[i]) / arm[i].length);
    return [label, number(ours), number(theirs), number(ours - theirs)];
  }),
});
