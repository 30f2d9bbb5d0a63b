// Effects: every outcome with its interval, each row on a scale of its own around a common zero.

import { capital, percent, relative, shortUnit, unitOfDifference, withInterval, number } from "./format.js";
import { el, text, wrapped } from "./svg.js";

const TITLES = {
  headline: "In short",
  regime: "The regime",
  civilians: "Civilians",
  coalition: "The coalition",
  "UN output": "What the UN puts out",
  revenue: "Revenue from each buyer and channel",
};
const ORDER = ["headline", "regime", "civilians", "coalition", "enforcement", "UN output", "revenue"];
const ROW = 20;
const NARROW_ROW = 38;
const HEAD = 42; // of which the last third is the title

export const LEGEND = [
  { kind: "dot", colour: "strategy", words: "sign settled: the interval leaves out 0 and holds the mean" },
  { kind: "ring", colour: "strategy", words: "sign open" },
  { kind: "none", words: "Each row has a scale of its own: compare lengths within a row, sizes by the numbers." },
];

/** The effects by group, the headline first. */
export function grouped(effects) {
  const names = [
    ...ORDER.filter((name) => effects.some((effect) => effect.group === name)),
    ...new Set(effects.map((effect) => effect.group).filter((name) => !ORDER.includes(name))),
  ];
  return names.map((name) => ({
    name,
    title: TITLES[name] ?? capital(name),
    effects: effects.filter((effect) => effect.group === name),
  }));
}

const still = (effect) => effect.unchanged;

/** The forest of some groups, in as many columns as have room. */
export function forest(groups, palette, width) {
  const narrow = width < 520;
  const columns = width >= 980 ? 2 : 1;
  const gap = 44;
  const each = (width - gap * (columns - 1)) / columns;
  const row = narrow ? NARROW_ROW : ROW;
  const heights = groups.map(
    ({ effects }) => HEAD + row * effects.filter((effect) => !still(effect)).length + stillLines(effects, each).length * 14,
  );
  const total = heights.reduce((sum, height) => sum + height, 0);
  const nodes = [];
  let [column, top, tallest] = [0, 0, 0];
  groups.forEach((group, i) => {
    if (column < columns - 1 && top > 0 && top + heights[i] / 2 > total / columns) [column, top] = [column + 1, 0];
    nodes.push(el("g", { transform: `translate(${column * (each + gap)} ${top})` }, ...block(group, palette, each, row, narrow)));
    top += heights[i];
    tallest = Math.max(tallest, top);
  });
  return { nodes, height: tallest + 4 };
}

/** What a row calls its outcome: short, since the title of its group says the rest. */
export const called = ({ label, group }) =>
  capital((group === "revenue" ? label.replace(/^revenue from /, "") : label).replace(/ \(.*\)$/, ""));

const cut = (words, letters) => (words.length > letters ? `${words.slice(0, letters - 1).trimEnd()}…` : words);

const unmoved = (effects) => effects.filter(still).map(called);
const stillLines = (effects, width) => {
  const names = unmoved(effects);
  return names.length ? wrapped(`No difference in any future: ${names.join("; ")}.`, Math.floor(width / 5.6)) : [];
};

function block({ title, effects }, palette, width, row, narrow) {
  const nodes = [
    text(0, HEAD - 14, title, { "font-size": 12.5, "font-weight": 650 }),
    el("path", { d: `M0 ${HEAD - 6.5}H${width}`, stroke: palette.faint }),
  ];
  const moved = effects.filter((effect) => !still(effect));
  const place = narrow ? { left: 0, right: width - 132 } : { left: Math.min(width * 0.45, 268), right: width - 196 };
  const middle = (place.left + place.right) / 2;
  const half = (place.right - place.left) / 2 - 6;
  if (moved.length)
    nodes.push(
      el("path", {
        d: `M${middle.toFixed(1)} ${HEAD - 6}v${row * moved.length + 8}`,
        stroke: palette.muted,
        "stroke-opacity": 0.7,
      }),
    );
  moved.forEach((effect, i) => nodes.push(...one(effect, palette, HEAD + row * i, { width, middle, half, row, narrow })));
  stillLines(effects, width).forEach((words, i) =>
    nodes.push(text(0, HEAD + row * moved.length + 12 + 14 * i, words, { fill: palette.muted, "font-size": 11 })),
  );
  return nodes;
}

function one(effect, palette, top, { width, middle, half, row, narrow }) {
  const y = top + (narrow ? row - 12 : row / 2);
  const base = narrow ? top + 13 : y + 4;
  const { mean, interval } = withInterval(effect);
  const reach = Math.max(Math.abs(effect.low), Math.abs(effect.high), Math.abs(effect.effect)) || 1;
  const x = (value) => middle + (value / reach) * half;
  const share = relative(effect);
  const unit = () => el("tspan", { fill: palette.muted, "font-size": 10.5, "font-weight": 400, dx: 5 }, shortUnit(effect.unit));
  const strong = { "font-weight": 600, fill: effect.settled ? palette.strategy : palette.ink };
  const room = narrow ? width - 130 : middle - half - 14 - 5.4 * shortUnit(effect.unit).length;
  const name = text(0, base, cut(called(effect), Math.floor(room / 5.9)));
  const size = text(narrow ? width : width - 124, base, mean, { "text-anchor": "end", ...strong });
  (narrow ? size : name).append(unit());
  const numbers = [
    size,
    text(width, narrow ? y + 4 : base, interval, { "text-anchor": "end", fill: palette.muted, "font-size": 11 }),
  ];
  const bar = [
    el("path", {
      d: `M${x(effect.low).toFixed(1)} ${y}H${x(effect.high).toFixed(1)}`,
      stroke: palette.strategy,
      "stroke-width": 2.4,
    }),
    el("circle", {
      cx: x(effect.effect).toFixed(1),
      cy: y,
      r: 4,
      stroke: palette.strategy,
      "stroke-width": 1.8,
      fill: effect.settled ? palette.strategy : palette.paper,
    }),
  ];
  return [el("g", {}, el("title", {}, sentence(effect, share)), name, ...bar, ...numbers)];
}

/** What the interval says of the sign. */
export const judged = (effect) =>
  effect.unchanged ? "no difference" : effect.settled === null ? "preview" : effect.settled ? "sign settled" : "sign open";

/** An effect as a sentence. */
export function sentence(effect, share = relative(effect)) {
  const { mean, interval } = withInterval(effect);
  const size = `${capital(effect.label)}: ${mean} ${unitOfDifference(effect.unit)}, interval ${interval}`;
  const compared = share ? `, ${share} of the reference’s mean` : "";
  return `${size}${compared}; ${judged(effect)}${effect.outside ? ", a few draws far out carry the mean" : ""}. ${capital(effect.about)}.`;
}

const headline = (effects) => effects.filter((effect) => effect.group === "headline");

export const alt = (effects) =>
  `Effects of the strategy against the reference. ${headline(effects)
    .map((effect) => sentence(effect))
    .join(" ")}`;

/** The headline in few words, to be said when the pictures are at rest. */
export const spoken = (effects) =>
  headline(effects)
    .map((effect) => `${capital(effect.label)} ${withInterval(effect).mean} ${unitOfDifference(effect.unit)}, ${judged(effect)}`)
    .join("; ");

/** The rows of the table: the whole picture in numbers. */
export const rows = (effects) => ({
  head: ["outcome", "unit", "reference", "strategy", "effect", "interval", "of reference", "same sign in draws", "sign"],
  body: grouped(effects)
    .flatMap((group) => group.effects)
    .map((effect) => {
      const { mean, interval } = withInterval(effect);
      const levels = [number(effect.reference_mean), number(effect.strategy_mean)];
      return [
        capital(effect.label),
        effect.unit,
        ...levels,
        mean,
        interval,
        relative(effect),
        percent(effect.sign_share),
        effect.unchanged || effect.settled === null
          ? judged(effect)
          : effect.settled
            ? "settled"
            : effect.outside
              ? "few draws carry it"
              : "open",
      ];
    }),
});
