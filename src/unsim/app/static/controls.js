// Controls: built from the server's table, each with its meaning, its range, what it acts on, and an undo.

import { plain } from "./format.js";
import { button, html } from "./html.js";
import * as settings from "./settings.js";

const KNOWN = {
  yes: "The record of votes and trade identifies it.",
  partly: "The record identifies it in part.",
  no: "No record identifies it.",
  decision: "A decision, not an estimate.",
};
const ARMS = { both: "both arms", strategy: "strategy" };

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const lists = (control, chosen) => control.options.map(({ value }) => value).filter((value) => chosen.includes(value));

/** How each kind of control is read from the settings, written to them, and made. */
const KINDS = {
  range: { parse: Number, write: String, make: range },
  choice: { parse: String, write: String, make: choice },
  switch: { parse: (value) => value === "true", write: String, make: toggle },
  multi: { parse: (value) => value.split(",").filter(Boolean), write: (value) => value.join(","), make: multi },
};

/** All controls of a scenario; `moved()` is called after each change. Returns refresh(), which shows the settings. */
export function controls(root, groups, undoAll, moved) {
  const made = groups.flatMap(({ controls: all }) => all).map((control) => one(control, change));
  const byKey = new Map(made.map((entry) => [entry.control.key, entry]));
  root.replaceChildren(...groups.map(({ title, controls: all }, i) => {
    const count = html("span", { class: "count" });
    const group = html("details", { class: "group", open: i < 3 }, html("summary", {}, html("h3", {}, title), count), ...all.map(({ key }) => byKey.get(key).section));
    group.tell = () => {
      const changed = all.filter(({ key }) => settings.get(key) !== null).length;
      count.textContent = changed ? `${changed} changed` : "";
    };
    return group;
  }));

  function change(control, value) {
    settings.set({ [control.key]: value === null || same(value, control.initial) ? null : KINDS[control.kind].write(value) });
    refresh();
    moved();
  }
  function refresh() {
    for (const entry of made) entry.refresh();
    for (const group of root.children) group.tell();
    const changed = made.filter(({ control }) => settings.get(control.key) !== null).length;
    undoAll.disabled = changed === 0;
    undoAll.textContent = changed ? `Undo all ${changed}` : "Undo all";
  }
  undoAll.onclick = () => {
    settings.set(Object.fromEntries(made.map(({ control }) => [control.key, null])));
    refresh();
    moved();
  };
  refresh();
  return refresh;
}

function one(control, change) {
  const { key, label, about, identified, applies, kind } = control;
  const id = `control-${key.replaceAll(".", "-")}`;
  const part = KINDS[kind].make(control, id, (value) => change(control, value));
  const usual = part.say(control.initial);
  const undo = button("↺", () => {
    change(control, null);
    part.focus();
  }, { class: "undo", "aria-label": `Undo ${label}: back to ${usual}`, title: `Back to ${usual}` });
  const explained = html("p", { class: "about", id: `${id}-about` }, `${about} ${KNOWN[identified]} `, html("span", { class: "usual" }, `Scenario: ${usual}.`));
  const arms = html("span", { class: `arms ${applies}` }, ARMS[applies]);
  const section = html("div", { class: `control ${kind}`, "data-key": key }, part.head(arms, undo), part.body, explained);
  return {
    control,
    section,
    refresh() {
      const given = settings.get(key);
      const value = given === null ? control.initial : KINDS[kind].parse(given);
      section.classList.toggle("changed", given !== null);
      undo.hidden = given === null;
      part.show(value);
    },
  };
}

function headed(label, output, id) {
  return (arms, undo) => html("div", { class: "head" }, html("label", { for: id }, label), arms, html("span", { class: "right" }, undo, output));
}

function range({ label, unit, low, high, step, initial, usual }, id, change) {
  const input = html("input", { type: "range", id, min: low, max: high, step, "aria-describedby": `${id}-about` });
  const output = html("output", { for: id });
  const tick = html("span", { class: "tick", "aria-hidden": "true" });
  const stands = initial ?? usual ?? (low + high) / 2;
  tick.style.left = `calc(8px + (100% - 16px) * ${(stands - low) / (high - low || 1)})`;
  const say = (value) => (value === null ? `drawn, ${plain(low)} to ${plain(high)}` : plain(value));
  input.addEventListener("input", () => change(Number(input.value)));
  return {
    head: headed(label, output, id),
    body: html("div", { class: "track" }, input, tick, html("div", { class: "ends", "aria-hidden": "true" }, html("span", {}, plain(low)), html("span", {}, unit), html("span", {}, plain(high)))),
    say,
    focus: () => input.focus(),
    show(value) {
      const stand = value ?? stands;
      if (Number(input.value) !== stand) input.value = stand;
      input.classList.toggle("drawn", value === null);
      output.textContent = value === null ? "drawn" : plain(value);
      input.setAttribute("aria-valuetext", `${say(value)} ${unit}`.trim());
    },
  };
}

function choice({ label, options }, id, change) {
  const input = html("select", { id, "aria-describedby": `${id}-about` }, ...options.map(({ value, label: words }) => html("option", { value }, words)));
  input.addEventListener("change", () => change(input.value));
  return {
    head: headed(label, null, id),
    body: input,
    say: (value) => options.find((option) => option.value === value)?.label ?? String(value),
    focus: () => input.focus(),
    show: (value) => { input.value = value; },
  };
}

function toggle({ label }, id, change) {
  const input = html("input", { type: "checkbox", role: "switch", id, "aria-describedby": `${id}-about` });
  input.addEventListener("change", () => change(input.checked));
  return {
    head: headed(label, input, id),
    body: null,
    say: (value) => (value ? "on" : "off"),
    focus: () => input.focus(),
    show: (value) => { input.checked = value; },
  };
}

function multi(control, id, change) {
  const boxes = control.options.map(({ value }) => html("input", { type: "checkbox", value }));
  const chips = control.options.map(({ label }, i) => html("label", { class: "chip" }, boxes[i], html("span", {}, label)));
  const group = html("div", { class: "chips", role: "group", "aria-label": control.label, "aria-describedby": `${id}-about`, id }, ...chips);
  group.addEventListener("change", () => {
    const chosen = boxes.filter((box) => box.checked).map((box) => box.value);
    change(same([...chosen].sort(), [...control.initial].sort()) ? control.initial : lists(control, chosen));
  });
  return {
    head: (arms, undo) => html("div", { class: "head" }, html("span", { class: "name" }, control.label), arms, html("span", { class: "right" }, undo)),
    body: group,
    say: (value) => value.map((name) => control.options.find((option) => option.value === name)?.label ?? name).join(", ") || "none",
    focus: () => boxes[0].focus(),
    show: (value) => boxes.forEach((box) => { box.checked = value.includes(box.value); }),
  };
}
