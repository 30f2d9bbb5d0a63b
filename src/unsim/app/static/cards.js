// A card: one picture with its title, legend, numbers and downloads. It draws what it was last given, at the width it has.

import { designOf, framed, savePng, saveSvg, swatch } from "./downloads.js";
import { button, html, table } from "./html.js";
import { canvas, el } from "./svg.js";

/**
 * A card.
 *
 * `draw(answer, palette, width)` gives nodes, height and alt, or fills `own` (an element of its own) and gives null.
 * `hint` follows the lead on the page alone. `note(answer)` says what the numbers rest on where that is not the answer's design:
 * `more` in place of the interval, `design` in place of the rest. `rows(answer)` gives the table; `csv` is the table's name on the
 * server. `lead(answer)` is a line below the title.
 */
export function card({ name, title, lead, legend, draw, rows, csv, own, file, note, hint = "", wide }) {
  let [answer, palette, width] = [null, null, 0];
  const figure = html("figure", { class: "figure" }, own ?? null);
  const [heading, under] = [html("h2", { id: `${name}-title` }, title), html("p", { class: "lead" })];
  const key = html("ul", { class: "legend", "aria-label": "Legend" });
  const numbers = html(
    "details",
    { class: "numbers" },
    html("summary", {}, "Numbers", html("span", { class: "unseen" }, ` of ${title}`)),
  );
  const saved = (kind, save) => button(kind, () => save(asFile(), `unsim-${name}`), { "aria-label": `Save ${title} as ${kind}` });
  const link = csv
    ? html("a", { class: "quiet", download: `unsim-${csv}.csv`, "aria-label": `Save the table of ${title} as CSV` }, "CSV")
    : null;
  const tools = html("div", { class: "tools" }, saved("SVG", saveSvg), saved("PNG", savePng), link);
  const section = html(
    "section",
    { class: `card ${wide ? "wide" : ""}`, id: name, "aria-labelledby": `${name}-title` },
    html("header", {}, heading, html("span", { class: "tag", "aria-hidden": "true" }), under),
    key,
    figure,
    html("footer", {}, numbers, tools),
  );

  numbers.addEventListener("toggle", fill);
  new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now && Math.abs(now - width) >= 1) {
      width = now;
      paint();
    }
  }).observe(section); // the figure is as wide; what lies below the screen has no layout of its own yet

  function paint() {
    if (!answer || !width) return;
    under.textContent = `${lead(answer)}${hint}`;
    const shown = draw(answer, palette, width);
    if (!shown) return;
    const svg = canvas(width, Math.ceil(shown.height), palette, ...shown.nodes);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", shown.alt);
    shown.touch?.(svg, figure);
    figure.replaceChildren(svg);
  }

  function fill() {
    if (!numbers.open || !answer) return;
    numbers.replaceChildren(
      numbers.firstChild,
      table(rows(answer), `${title}: numbers`),
      html("p", { class: "note" }, designOf(answer, note?.(answer))),
    );
  }

  const asFile = () =>
    framed({
      title,
      lead: lead(answer),
      legend,
      draw: (colours, room) => (file ?? draw)(answer, colours, room),
      answer,
      note: note?.(answer),
    });

  return {
    section,
    /** Show an answer in some colours. */
    show(given, colours) {
      if (colours !== palette) key.replaceChildren(...legend.map((entry) => sample(entry, colours)));
      [answer, palette] = [given, colours];
      if (link) link.href = `/api/csv/${csv}?${answer.query}&pairs=${answer.design.pairs}`;
      paint();
      fill();
    },
  };
}

function sample({ kind, colour, letter, words }, palette) {
  const mark =
    kind === "none"
      ? null
      : el(
          "svg",
          { width: 20, height: 16, viewBox: "0 0 20 16", "aria-hidden": "true" },
          swatch(kind, palette[colour], letter, palette),
        );
  return html("li", {}, mark, words);
}
