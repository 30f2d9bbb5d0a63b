// The pictures of the page, in their order: what each draws from an answer, its legend, its numbers.

import { card } from "./cards.js";
import { council } from "./council.js";
import * as effects from "./effects.js";
import * as fans from "./fans.js";
import * as flips from "./flip.js";
import { capital, monthName } from "./format.js";
import * as shoe from "./horseshoe.js";
import { html } from "./html.js";
import * as revenue from "./revenue.js";
import { el } from "./svg.js";

const FANS = { political_cost: "Political cost", economic_cost: "Economic cost", civilian_welfare: "Civilian welfare" };

/** All pictures within a root; show(answer, palette) draws them together, map(flip) gives the slow one its numbers. */
export function pictures(root) {
  const cards = [...Object.entries(FANS).map(fanCard), effectsCard(), revenueCard(), councilCard()];
  const flip = flipCard();
  root.replaceChildren(...[...cards, flip].map(({ section }) => section));
  let map = null;
  return {
    show(answer, palette) {
      map = null;
      for (const one of cards) one.show(answer, palette);
      flip.section.classList.toggle("waiting", map === null);
      flip.section.classList.remove("failed");
      flip.show({ ...answer, flip: map ?? flip.last }, palette);
    },
    map(answer, found, palette) {
      map = flip.last = found;
      flip.section.classList.remove("waiting");
      flip.section.classList.toggle("failed", found === null);
      flip.show({ ...answer, flip: found }, palette);
    },
  };
}

function fanCard([outcome, title]) {
  const shown = (answer) => answer.fans.find((fan) => fan.outcome === outcome);
  return card({
    name: outcome,
    title,
    csv: "fans",
    legend: fans.LEGEND,
    lead: (answer) => `${shown(answer).about}; ${shown(answer).unit}`,
    rows: (answer) => fans.rows(shown(answer), answer.months),
    note: (answer) => ({ more: `Bands: ${answer.design.bands}.` }),
    draw(answer, palette, width) {
      const picture = fans.fan(shown(answer), answer.months, palette, width);
      return { ...picture, touch: (svg, figure) => reading(svg, figure, picture, shown(answer), answer.months, palette) };
    },
  });
}

/** A line that follows the pointer, and the numbers of its month. */
function reading(svg, figure, { x, left, right, top, bottom }, shown, months, palette) {
  const rule = el("path", { stroke: palette.muted, "stroke-dasharray": "2 2", visibility: "hidden" });
  const told = html("p", { class: "reading", "aria-hidden": "true" });
  svg.append(rule);
  svg.addEventListener("pointermove", (event) => {
    const share = (event.offsetX - left) / (right - left);
    const month = Math.max(0, Math.min(months.length - 1, Math.round(share * (months.length - 1))));
    rule.setAttribute("d", `M${x(month).toFixed(1)} ${top}V${bottom}`);
    rule.setAttribute("visibility", "visible");
    told.textContent = fans.atMonth(shown, months, month);
    if (!told.isConnected) figure.append(told);
  });
  svg.addEventListener("pointerleave", () => {
    rule.setAttribute("visibility", "hidden");
    told.remove();
  });
}

function effectsCard() {
  const picture = ({ effects: all }, palette, width) => ({
    ...effects.forest(effects.grouped(all), palette, width),
    alt: effects.alt(all),
  });
  return card({
    name: "effects",
    title: "What changes",
    csv: "effects",
    wide: true,
    legend: effects.LEGEND,
    lead: (answer) =>
      `Strategy less reference, mean over ${answer.design.months} months (sums for counts). Bars: ${answer.design.interval}.${
        answer.effects.some((effect) => effect.outside) ? " A mark beside its bar: a few draws far out carry the mean." : ""
      }`,
    rows: (answer) => effects.rows(answer.effects),
    draw: picture,
  });
}

function revenueCard() {
  return card({
    name: "revenue",
    title: "Where the money comes from",
    csv: "revenue",
    wide: true,
    legend: [],
    lead: (answer) => `Mean revenue by channel over all futures; ${answer.revenue.unit}; no interval`,
    note: (answer) => ({ more: `${capital(answer.revenue.kind)}; no interval.` }),
    rows: (answer) => revenue.rows(answer.revenue),
    draw: (answer, palette, width) => revenue.stacked(answer.revenue, answer.months, palette, width),
  });
}

function councilCard() {
  const chamber = council();
  return card({
    name: "council",
    title: "The Council",
    csv: "council",
    wide: true,
    own: chamber.root,
    legend: shoe.LEGEND,
    lead: (answer) =>
      "How the fifteen would likely vote on each kind of draft under the strategy, in " +
      `${monthName(answer.council.month)}, the first month in which its decisions act; ${answer.council.bite}.`,
    hint: " Choose a seat for its reasons.",
    note: ({ design, council: { month, bite } }) => ({
      more: `Probabilities: means over ${design.draws} parameter draws in ${monthName(month)}, ${bite}; no interval.`,
    }),
    rows: (answer) => shoe.rows(answer.council.drafts),
    draw: (answer, palette, width) => chamber.draw(answer.council.drafts, palette, width),
    file: (answer, palette, width) => shoe.chamber(answer.council.drafts, palette, width),
  });
}

function flipCard() {
  return card({
    name: "flip",
    csv: "flip",
    title: "Where the result turns",
    wide: true,
    legend: flips.LEGEND,
    lead: ({ flip }) =>
      flip
        ? "The effect where the two parameters are held, which no record identifies. " +
          `In the settings: σ ${flips.now(flip.x)}, λA ${flips.now(flip.y)}. ${flip.note}.`
        : "The effect where two parameters that no record identifies are held.",
    note: ({ flip }) => ({ design: flip ? `${flip.note}.` : "", more: "" }),
    rows: ({ flip }) => (flip ? flips.rows(flip) : { head: [], body: [] }),
    draw: ({ flip }, palette, width) =>
      flip ? flips.maps(flip, palette, width) : { nodes: [], height: 40, alt: "Not computed yet" },
  });
}
