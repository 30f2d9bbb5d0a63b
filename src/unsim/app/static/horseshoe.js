// The Council as a horseshoe: fifteen seats, each coloured and lettered by its likely vote, with a ring of the three chances.

import { capital, percent } from "./format.js";
import { canvas, el, text } from "./svg.js";

export const LETTERS = { yes: "Y", abstain: "A", no: "N" };
export const VERBS = { yes: "likely yes", abstain: "likely to abstain", no: "likely no" };
const OPEN = (2 * Math.PI) / 3; // the open side, below
const ON = { yes: "onYes", abstain: "onAbstain", no: "onNo" };

export const LEGEND = [
  { kind: "seat", colour: "yes", letter: "Y", words: "likely yes" },
  { kind: "seat", colour: "abstain", letter: "A", words: "likely to abstain" },
  { kind: "seat", colour: "no", letter: "N", words: "likely no" },
  { kind: "none", words: "Ring: how likely each of the three is. Bold: a permanent member." },
];

/** Seats as in the chamber: in the order of their names. */
export const seated = (draft) => [...draft.seats].sort((a, b) => a.name.localeCompare(b.name, "en"));

/** A seat in words, without its terms. */
export function seatWords(seat) {
  const chances = Object.entries(seat.p)
    .map(([vote, share]) => `${vote} ${percent(share)}`)
    .join(", ");
  return `${seat.name}${seat.permanent ? ", permanent member" : ""}: ${VERBS[seat.vote]}; ${chances}`;
}

/** The nodes of a horseshoe, and the group of each seat; seats may then be made to answer to the keyboard. */
export function horseshoe(draft, palette, width) {
  const seats = seated(draft);
  const radius = Math.max(60, Math.min(118, width / 2 - 58));
  const size = Math.min(15.5, radius * 0.128);
  const [cx, cy] = [width / 2, radius + 40];
  const turn = (2 * Math.PI - OPEN) / (seats.length - 1 || 1);
  const places = seats.map((_, i) => -Math.PI / 2 - (2 * Math.PI - OPEN) / 2 + i * turn);
  const groups = seats.map((seat, i) => {
    const [cos, sin] = [Math.cos(places[i]), Math.sin(places[i])];
    const [x, y] = [cx + radius * cos, cy + radius * sin];
    const code = { x: cx + (radius + size + 9) * cos, y: cy + (radius + size + 10) * sin };
    const anchor = cos > 0.35 ? "start" : cos < -0.35 ? "end" : "middle";
    return el(
      "g",
      { "data-state": seat.state, "data-vote": seat.vote, class: "seat" },
      el("circle", {
        cx: x.toFixed(1),
        cy: y.toFixed(1),
        r: (size + 4.2).toFixed(1),
        fill: palette.paper,
        "fill-opacity": 0,
        class: "halo",
      }),
      ring(seat, x, y, size, palette),
      el("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: (size - 3.6).toFixed(1), fill: palette[seat.vote] }),
      text(x, y + 4.2, LETTERS[seat.vote], {
        "text-anchor": "middle",
        "font-size": 12,
        "font-weight": 700,
        fill: palette[ON[seat.vote]],
      }),
      text(code.x, code.y + 3.5, seat.state, {
        "text-anchor": anchor,
        "font-size": 10,
        "font-weight": seat.permanent ? 750 : 400,
        fill: seat.permanent ? palette.ink : palette.muted,
      }),
    );
  });
  const statement = draft.instrument === "statement";
  const lines = [
    text(cx, cy - 24, percent(draft.adopted), { "text-anchor": "middle", "font-size": 27, "font-weight": 650 }),
    text(cx, cy - 6, "adopted, if tabled", { "text-anchor": "middle", fill: palette.muted }),
    text(
      cx,
      cy + 16,
      statement ? "any objection stops it" : draft.veto_counts ? `${percent(draft.vetoed)} vetoed` : "no veto here",
      { "text-anchor": "middle", "font-weight": 600, "font-size": 12 },
    ),
    statement
      ? null
      : text(cx, cy + 32, `≈ ${draft.expected_yes.toFixed(1)} yes, ${draft.yes_needed} needed`, {
          "text-anchor": "middle",
          fill: palette.muted,
          "font-size": 10.5,
        }),
  ];
  return { nodes: [...groups, ...lines], groups, seats, height: cy + radius * Math.cos(OPEN / 2) + size + 26 };
}

function ring(seat, x, y, size, palette) {
  const votes = ["yes", "abstain", "no"].filter((vote) => seat.p[vote] > 0.004);
  const total = votes.reduce((sum, vote) => sum + seat.p[vote], 0);
  const look = { fill: "none", "stroke-width": 3.4 };
  if (votes.length === 1)
    return el("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: size.toFixed(1), ...look, stroke: palette[votes[0]] });
  let from = -Math.PI / 2;
  return votes.map((vote) => {
    const to = from + (2 * Math.PI * seat.p[vote]) / total;
    const at = (angle) => `${(x + size * Math.cos(angle)).toFixed(2)} ${(y + size * Math.sin(angle)).toFixed(2)}`;
    const arc = el("path", {
      d: `M${at(from)}A${size} ${size} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}`,
      ...look,
      stroke: palette[vote],
    });
    from = to;
    return arc;
  });
}

/** All drafts as one picture, for the saved file. */
export function chamber(drafts, palette, width) {
  const columns = Math.max(1, Math.min(3, drafts.length));
  const each = width / columns;
  const shown = drafts.map((draft) => horseshoe(draft, palette, each));
  const height = Math.max(...shown.map((one) => one.height)) + 30;
  const nodes = shown.map((one, i) =>
    el(
      "g",
      { transform: `translate(${(i % columns) * each} ${Math.floor(i / columns) * height})` },
      text(each / 2, 14, capital(drafts[i].label), { "text-anchor": "middle", "font-weight": 650, "font-size": 12.5 }),
      el("g", { transform: "translate(0 20)" }, ...one.nodes),
    ),
  );
  return { nodes, height: Math.ceil(drafts.length / columns) * height };
}

/** The horseshoe of one draft on the page. */
export function picture(draft, palette, width) {
  const shown = horseshoe(draft, palette, width);
  return { ...shown, svg: canvas(width, Math.ceil(shown.height), palette, ...shown.nodes) };
}

/** The rows of the table: every seat on every draft. */
export const rows = (drafts) => ({
  head: ["draft", "member", "yes", "abstain", "no", "likely vote"],
  body: drafts.flatMap((draft) =>
    seated(draft).map((seat) => [
      draft.label,
      seat.name,
      percent(seat.p.yes),
      percent(seat.p.abstain),
      percent(seat.p.no),
      seat.vote,
    ]),
  ),
});
