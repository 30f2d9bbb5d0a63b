// The page: joins settings, requests and pictures. What is on screen is written in one place, from one answer.

import { controls } from "./controls.js";
import { designOf } from "./downloads.js";
import { judged, spoken } from "./effects.js";
import { capital, relative, unitOfDifference, withInterval } from "./format.js";
import { button, html } from "./html.js";
import { lesson } from "./lesson.js";
import { pictures } from "./pictures.js";
import { reproduce } from "./reproduce.js";
import { BadQuery, RETRY_MS, asker, get } from "./requests.js";
import * as settings from "./settings.js";
import { DARK, LIGHT } from "./svg.js";

const $ = (id) => document.getElementById(id);
const REST_MS = 700;
const SAID = {
  loading: ["Loading", ""],
  waiting: ["Not up to date", "computing …"],
  preview: ["Preview", "more pairs are being computed"],
  full: ["Up to date", ""],
  failed: ["Not up to date", ""],
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const palette = () => (dark.matches ? DARK : LIGHT);
const drawn = pictures($("pictures"));
let last = null; // the answer on screen
let map = null; // its map, which comes later
let say = (key, value) => String(value); // a value of a control in words
let step = () => {}; // shows the step of the lesson
let pairs = null; // of a preview and of a full run, as the server has them
let rest = null;
let rebuild = null;

function state(name, more = SAID[name][1]) {
  document.body.dataset.state = name;
  $("state").textContent = SAID[name][0];
  $("state-more").textContent = more;
  clearTimeout(rest);
}

const counted = (name) => {
  document.body.dataset[name] = Number(document.body.dataset[name] ?? 0) + 1;
};

/** Everything that an answer changes. */
function show(found) {
  const answer = {
    ...found,
    changed: found.changed.map((one) => ({ ...one, from: say(one.key, one.from), to: say(one.key, one.to) })),
  };
  last = answer;
  document.body.classList.remove("empty");
  map = null;
  $("problems").hidden = true;
  $("tiles").replaceChildren(...answer.effects.filter(({ group }) => group === "headline").map(tile));
  compared(answer);
  document.title = `${answer.scenario.title} – unsim`;
  drawn.show(answer, palette());
  inWords(answer.words, "Being computed: the map above is part of it.");
  reproduce($("reproduce"), answer);
  $("design").textContent = designOf(answer);
}

function inWords(found, flip) {
  const turns = { title: "What would flip it", text: flip };
  $("words").replaceChildren(
    ...[...found, ...(found.length > 1 ? [turns] : [])].map(({ title, text }) =>
      html("section", { class: "card" }, html("h2", {}, title), html("p", {}, text)),
    ),
  );
}

function tile(effect) {
  const { mean, interval } = withInterval(effect);
  const share = relative(effect);
  const unit = unitOfDifference(effect.unit);
  return html(
    "div",
    { class: `tile ${effect.settled === null ? "preview" : effect.settled ? "settled" : "open"}`, "data-outcome": effect.outcome },
    html("dt", {}, capital(effect.label), " ", html("span", { class: "sign" }, judged(effect))),
    html(
      "dd",
      {},
      html("b", { class: "effect" }, mean),
      " ",
      html("span", { class: "unit" }, unit),
      " ",
      html(
        "span",
        { class: "more" },
        html("span", { class: "interval" }, interval),
        share && html("span", { class: "share" }, ` · ${share} of reference`),
      ),
    ),
  );
}

function compared({ scenario, against, changed }) {
  const chips = changed.map(({ label, from, to, applies }) =>
    html(
      "li",
      {},
      html("b", {}, label),
      ` ${from} → ${to} `,
      html("span", { class: "muted" }, applies === "both" ? "both arms" : "strategy"),
    ),
  );
  $("compared").replaceChildren(
    html("p", {}, html("span", { class: "arm strategy" }, "Strategy"), ` ${scenario.title}`),
    html("p", {}, html("span", { class: "arm reference" }, "Reference"), ` ${against.title}`),
    html("ul", { class: "changes", "aria-label": "Changed settings" }, ...chips),
  );
  $("compared").hidden = false;
}

const heard = {
  waiting: () => state(last ? "waiting" : "loading"),
  preview(answer, newest) {
    show(answer);
    if (newest) {
      state("preview", `${answer.design.pairs} pairs; more are being computed`);
      counted("previews");
      settings.adopt(answer.query);
      requestAnimationFrame(() => setTimeout(settings.store)); // after the picture is painted
    }
  },
  full(answer) {
    show(answer);
    state("full", `${answer.design.pairs.toLocaleString("en-US")} pairs, seed ${answer.design.seed}`);
    counted("run");
    rest = setTimeout(() => {
      $("spoken").textContent = `Up to date. ${spoken(answer.effects)}.`;
    }, REST_MS);
  },
  flip(found) {
    map = found;
    drawn.map(last, found, palette());
    if (found) inWords(last.words, found.words.map(({ text }) => text).join(" "));
    else inWords(last.words, "The map could not be computed.");
    counted("maps");
  },
  failed(error) {
    const bad = error instanceof BadQuery;
    settings.store();
    state("failed", bad ? "the settings can’t be used" : "no answer from the server; trying again");
    const told = bad
      ? error.problems.map(({ message }) => message)
      : ["The pictures are not up to date: the server doesn’t answer. Is unsim app still running? The page tries again by itself."];
    const again = button("Go on without them", () => without(error.problems.map(({ name }) => name)));
    if (!$("problems").hidden && $("problems").dataset.told === told.join()) return; // said once, not at every try
    $("problems").dataset.told = told.join();
    $("problems").replaceChildren(
      html("h2", {}, bad ? "These settings can’t be used" : "Not up to date"),
      html("ul", {}, ...told.map((words) => html("li", {}, words))),
      ...(bad ? [html("p", {}, again)] : []),
    );
    $("problems").hidden = false;
  },
};

const asked = asker(heard);

/** Leave out the settings that can't be used; all of them where the fault is in none by itself. */
function without(names) {
  const known = names.filter((name) => settings.get(name) !== null);
  if (known.length) settings.set(Object.fromEntries(known.map((name) => [name, null])));
  else settings.begin({});
  build();
}

function moved() {
  asked.ask(settings.query(), pairs);
  step();
}

/** Build what depends on the scenario, then ask for its numbers. */
async function build() {
  const query = settings.query();
  clearTimeout(rebuild);
  asked.drop();
  heard.waiting();
  try {
    const page = await get(`/api/page?${query}`);
    if (query !== settings.query()) return;
    const focused = document.activeElement?.id;
    pairs = page.pairs;
    pickers(page);
    ({ say } = controls($("controls"), page.groups, $("undo-all"), moved));
    step = lesson($("lesson"), page.lesson, arrive);
    if (focused) $(focused)?.focus();
    moved();
  } catch (error) {
    if (query !== settings.query()) return;
    heard.failed(error);
    if (!(error instanceof BadQuery)) rebuild = setTimeout(build, RETRY_MS);
  }
}

function pickers({ scenarios, scenario, against }) {
  const pick = (id, label, value, chosen) => {
    const select = html("select", { id }, ...scenarios.map(({ name, title }) => html("option", { value: name }, title)));
    select.value = value;
    select.addEventListener("change", () => chosen(select.value));
    const { about } = scenarios.find(({ name }) => name === value);
    const supposes = html("details", { class: "supposes" }, html("summary", {}, "What it supposes"), html("p", {}, about));
    return html("div", { class: `picker ${id}` }, html("label", { for: id }, label), select, about ? supposes : "");
  };
  const usual = (name) => scenarios.find((one) => one.name === name)?.against;
  $("pickers").replaceChildren(
    pick("scenario", "Strategy", scenario, (name) => {
      const kept = { seed: settings.get("seed"), against: against === usual(scenario) ? null : against };
      settings.begin({ scenario: name, ...kept });
      build();
    }),
    pick("against", "Reference", against, (name) => {
      settings.set({ against: name });
      build();
    }),
  );
}

/** Take the settings of the address: after the back button, or a step of the lesson. */
function arrive() {
  settings.take();
  build();
}

addEventListener("popstate", arrive);
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the part after # is the step of the lesson
  $("settings").focus();
});
dark.addEventListener("change", () => {
  if (!last) return;
  drawn.show(last, palette());
  if (map) drawn.map(last, map, palette());
});
$("sheet").addEventListener("click", () => {
  const open = $("sheet").getAttribute("aria-expanded") !== "true";
  $("sheet").setAttribute("aria-expanded", open);
  $("settings").classList.toggle("open", open);
});
build();
