// The Council on the page: a horseshoe for each draft that can be walked with the arrow keys, and the reasons of one seat.

import { capital, percent, signed } from "./format.js";
import { html } from "./html.js";
import { VERBS, picture, seatWords } from "./horseshoe.js";

const FIRST = ["CHN", "RUS"]; // whose reasons are shown before anyone has asked for a seat

/** A place for the horseshoes; `draw(drafts, palette, width)` fills it and keeps the seat that was looked at. */
export function council() {
  const root = html("div", { class: "council" });
  const looked = new Map(); // draft -> state

  function draw(drafts, palette, width) {
    const focused = document.activeElement?.closest?.(".seat");
    const held = focused && root.contains(focused) ? [focused.closest("[data-draft]").dataset.draft, focused.dataset.state] : null;
    const columns = Math.max(1, Math.min(drafts.length, Math.floor((width + 20) / 310)));
    const each = Math.min(430, Math.floor((width - 20 * (columns - 1)) / columns));
    root.replaceChildren(
      ...(drafts.length
        ? drafts.map((draft) => one(draft, palette, each))
        : [html("p", { class: "muted" }, "No text is on the menu: nothing is put to the vote.")]),
    );
    if (held) root.querySelector(`[data-draft="${held[0]}"] [data-state="${held[1]}"]`)?.focus();
  }

  function one(draft, palette, width) {
    const { svg, groups, seats } = picture(draft, palette, width);
    const place = seats.findIndex((seat) => seat.state === looked.get(draft.draft));
    let at =
      place >= 0
        ? place
        : Math.max(
            0,
            seats.findIndex((seat) => FIRST.includes(seat.state)),
          );
    const reasons = html("div", { class: "reasons" });
    const count = `${draft.expected_yes.toFixed(1)} yes expected`;
    const title = `${capital(draft.label)}: adopted, if tabled, ${percent(draft.adopted)}; vetoed ${percent(draft.vetoed)}; ${count}`;
    svg.setAttribute("role", "listbox");
    svg.setAttribute("aria-label", `Seats of the Council. ${title}`);
    svg.setAttribute("aria-orientation", "horizontal");

    function look(index, focus) {
      at = index;
      looked.set(draft.draft, seats[index].state);
      mark();
      if (focus) groups[index].focus();
    }
    function mark() {
      groups.forEach((group, i) => {
        group.setAttribute("tabindex", i === at ? 0 : -1);
        group.setAttribute("aria-selected", i === at);
      });
      reasons.replaceChildren(...because(seats[at]));
    }
    groups.forEach((group, i) => {
      group.setAttribute("role", "option");
      group.setAttribute("aria-label", `${seatWords(seats[i])}. ${termWords(seats[i])}`);
      group.addEventListener("pointerenter", () => look(i, false));
      group.addEventListener("click", () => look(i, true));
      group.addEventListener("focus", () => look(i, false));
    });
    svg.addEventListener("keydown", (event) => {
      const next = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: seats.length - 1 }[
        event.key
      ];
      if (next === undefined) return;
      event.preventDefault();
      look((next + seats.length) % seats.length, true);
    });
    mark();
    return html("section", { class: "draft", "data-draft": draft.draft }, html("h3", {}, capital(draft.label)), svg, reasons);
  }

  return { root, draw };
}

const termWords = (seat) =>
  seat.terms.length ? `Terms in logits: ${seat.terms.map((term) => `${term.label} ${signed(term.value)}`).join(", ")}.` : "";

function because(seat) {
  const most = Math.max(1, Math.abs(seat.support), ...seat.terms.map((term) => Math.abs(term.value)));
  const chances = html(
    "p",
    { class: "chances" },
    ...Object.entries(seat.p).map(([vote, share]) => html("span", {}, `${vote} `, html("b", {}, percent(share)))),
  );
  const terms = [...seat.terms, { name: "support", label: "support, the sum", value: seat.support }];
  const bars = terms.map((term) => {
    const bar = html("span", { class: "bar", "aria-hidden": "true" }, html("i", { class: term.value < 0 ? "minus" : "plus" }));
    bar.firstChild.style.width = `${(50 * Math.abs(term.value)) / most}%`;
    return html(
      "li",
      { class: term.name === "support" ? "sum" : null },
      html("span", { class: "term" }, term.label),
      bar,
      html("span", { class: "value" }, signed(term.value, 2)),
    );
  });
  return [
    html(
      "p",
      { class: "who" },
      html("b", {}, seat.name),
      `${seat.permanent ? " (permanent)" : ""}: ${VERBS[seat.vote]}`,
      seat.sponsor > 0 ? `; sponsors it in ${percent(seat.sponsor)} of draws` : null,
    ),
    chances,
    html("ul", { class: "terms", "aria-label": "Why, term by term, in logits" }, ...bars),
  ];
}
