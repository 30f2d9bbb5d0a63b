// Fan charts: an outcome month by month, the futures of the reference against those of the strategy.

import { monthName, number, plain, shortUnit } from "./format.js";
import { apart, band, el, line, monthTicks, scale, text, ticks } from "./svg.js";

const TOP = 20;
const BOTTOM = 22;
const LEFT = 34;
const RIGHT = 66;
const HEIGHT = 218;

const LOOK = {
  reference: { dash: "5 3.5", wide: 0.1, narrow: 0.16 },
  strategy: { dash: null, wide: 0.13, narrow: 0.24 },
};

export const LEGEND = [
  { kind: "line", colour: "strategy", words: "strategy" },
  { kind: "dashed", colour: "reference", words: "reference" },
  { kind: "none", words: "Line: median. Bands: half of the futures, and nine in ten." },
];

/** The picture of one fan: its nodes, its height, and what it shows in words. */
export function fan(shown, months, palette, width) {
  const right = width - RIGHT;
  const all = Object.keys(LOOK).flatMap((arm) => [shown[arm].q05, shown[arm].q95]);
  const least = Math.min(...all.map((values) => Math.min(...values)));
  const most = Math.max(...all.map((values) => Math.max(...values)));
  const room = (most - least || Math.abs(most) || 1) * 0.04;
  const [low, high] = [least >= 0 && least < 0.35 * most ? 0 : least - room, most + room];
  const x = scale(0, months.length - 1, LEFT, right);
  const y = scale(low, high, HEIGHT - BOTTOM, TOP);
  const xs = months.map((_, i) => x(i));
  const nodes = [text(0, 10, shortUnit(shown.unit), { fill: palette.muted, "font-size": 11 })];
  for (const value of ticks(low, high, 4)) {
    nodes.push(el("path", { d: `M${LEFT} ${y(value).toFixed(1)}H${right}`, stroke: palette.faint }));
    nodes.push(text(LEFT - 6, y(value) + 4, plain(value), { "text-anchor": "end", fill: palette.muted, "font-size": 11 }));
  }
  for (const { index, label } of monthTicks(months, Math.max(2, Math.floor((right - LEFT) / 52)))) {
    nodes.push(el("path", { d: `M${x(index).toFixed(1)} ${HEIGHT - BOTTOM}v4`, stroke: palette.muted }));
    nodes.push(text(x(index), HEIGHT - 5, label, { "text-anchor": "middle", fill: palette.muted, "font-size": 11 }));
  }
  for (const [arm, look] of Object.entries(LOOK)) {
    const [q05, q25, q75, q95] = ["q05", "q25", "q75", "q95"].map((name) => shown[arm][name].map(y));
    nodes.push(el("path", { d: band(xs, q05, q95), fill: palette[arm], "fill-opacity": look.wide }));
    nodes.push(el("path", { d: band(xs, q25, q75), fill: palette[arm], "fill-opacity": look.narrow }));
    for (const edge of [q05, q95]) nodes.push(stroke(line(xs, edge), palette[arm], 0.8, look.dash && "2 2.5", 0.65));
  }
  for (const [arm, look] of Object.entries(LOOK)) nodes.push(stroke(line(xs, shown[arm].q50.map(y)), palette[arm], 2.2, look.dash));
  const arms = ["strategy", "reference"];
  const places = apart(
    arms.map((arm) => y(shown[arm].q50.at(-1))),
    27,
    TOP + 12,
    HEIGHT - BOTTOM - 14,
  );
  arms.forEach((arm, i) => {
    nodes.push(
      text(right + 7, places[i] - 1, number(shown[arm].q50.at(-1)), { fill: palette[arm], "font-weight": 600, "font-size": 12.5 }),
    );
    nodes.push(text(right + 7, places[i] + 11, arm, { fill: palette[arm], "font-size": 10.5 }));
  });
  return { nodes, height: HEIGHT, alt: told(shown, months), x, left: LEFT, right, top: TOP, bottom: HEIGHT - BOTTOM };
}

const stroke = (d, colour, width, dash, opacity) =>
  el("path", {
    d,
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-dasharray": dash,
    "stroke-opacity": opacity,
    "stroke-linejoin": "round",
  });

const reach = (arm, i) => `${number(arm.q50[i])}, nine in ten futures from ${number(arm.q05[i])} to ${number(arm.q95[i])}`;

/** A month in words: the median and nine in ten futures of both arms. */
export const atMonth = (shown, months, i) =>
  `${monthName(months[i])}: strategy ${reach(shown.strategy, i)}; reference ${reach(shown.reference, i)}`;

const told = (shown, months) =>
  `${shown.label}, ${shown.unit}, by month from ${monthName(months[0])}. Medians at the end: ${atMonth(shown, months, months.length - 1)}.`;

/** The rows of the table of a fan: one a year, and the last month. */
export function rows(shown, months) {
  const kept = months.map((_, i) => i).filter((i) => i % 12 === 0 || i === months.length - 1);
  const names = ["q05", "q50", "q95"];
  return {
    head: ["month", ...["strategy", "reference"].flatMap((arm) => ["5%", "median", "95%"].map((name) => `${arm} ${name}`))],
    body: kept.map((i) => [
      months[i],
      ...["strategy", "reference"].flatMap((arm) => names.map((name) => number(shown[arm][name][i]))),
    ]),
  };
}
