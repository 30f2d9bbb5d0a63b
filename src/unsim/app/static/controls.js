// Controls: built from the server's table, each with its meaning, its range, what it acts on, and an undo.

import { plain } from "./format.js";
import { button, html } from "./html.js";
import * as settings from "./settings.js";

const KNOWN = { yes: "identified by the record", partly: "identified in part by the record", no: "identified by no record" };
const ARMS = { both: "both arms", strategy: "strategy" };

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const held = ({ key, kind, initial }) => (settings.get(key) === null ? initial : KINDS[kind].parse(settings.get(key)));
const moved = (control) => !same(held(control), control.initial);
const lists = (control, chosen) => control.options.map(({ value }) => value).filter((value) => chosen.includes(value));

/** How each kind of control is read from the settings, written to them, and made. */
const KINDS = {
  whole: { parse: Number, write: String, make: whole },
  range: { parse: (value) => (value === "drawn" ? null : Number(value)), write: String, make: range },
  choice: { parse: String, write: String, make: choice },
  switch: { parse: (value) => value === "true", write: String, make: toggle },
  multi: { parse: (value) => value.split(",").filter(Boolean), write: (value) => value.join(","), make: multi },
};

/**
 * All controls of a scenario; `told()` is called after each change. Returns refresh(), which shows the settings, and
 * say(key, value), which puts a value into words.
 */
export function controls(root, groups, undoAll, told) {
  const made = groups.flatMap(({ controls: all }) => all).map((control) => one(control, change));
  const byKey = new Map(made.map((entry) => [entry.control.key, entry]));
  root.replaceChildren(
    ...groups.map(({ title, controls: all }) => {
      const count = html("span", { class: "count" });
      const group = html(
        "details",
        { class: "group", open: true },
        html("summary", {}, html("h3", {}, title), count),
        ...all.map(({ key }) => byKey.get(key).section),
      );
      group.tell = () => {
        const changed = all.filter(moved).length;
        count.textContent = changed ? `${changed} changed` : "";
      };
      return group;
    }),
  );

  function change(control, value) {
    settings.set({ [control.key]: value === null || same(value, control.initial) ? null : KINDS[control.kind].write(value) });
    refresh();
    told();
  }
  function refresh() {
    for (const entry of made) entry.refresh();
    for (const group of root.children) group.tell();
    const changed = made.filter(({ control }) => moved(control)).length;
    undoAll.disabled = changed === 0;
    undoAll.textContent = changed ? `Undo all ${changed}` : "Undo all";
  }
  undoAll.onclick = () => {
    settings.set(Object.fromEntries(made.map(({ control }) => [control.key, null])));
    refresh();
    told();
    root.querySelector("summary").focus(); // the button is off now
  };
  refresh();
  return { refresh, say: (key, value) => byKey.get(key)?.say(value) ?? String(value) };
}

function one(control, change) {
  const { key, label, about, identified, applies, kind } = control;
  const id = `control-${key.replaceAll(".", "-")}`;
  const part = KINDS[kind].make(control, id, (value) => change(control, value));
  const usual = part.say(control.initial);
  const told = control.initial === null ? control.drawn : usual;
  const undo = button(
    "↺",
    () => {
      change(control, null);
      part.focus();
    },
    { class: "undo", "aria-label": `Undo ${label}: back to ${usual}`, title: `Back to ${usual}` },
  );
  const explained = html(
    "p",
    { class: "about", id: `${id}-about` },
    `${about} `,
    html("span", { class: "usual" }, `Scenario: ${told}${KNOWN[identified] ? `; ${KNOWN[identified]}` : ""}.`),
  );
  const arms = html("span", { class: `arms ${applies}` }, ARMS[applies]);
  const section = html("div", { class: `control ${kind}`, "data-key": key }, part.head(arms, undo), part.body, explained);
  return {
    control,
    section,
    say: part.say,
    refresh() {
      const value = held(control);
      section.classList.toggle("changed", moved(control));
      undo.hidden = !moved(control);
      part.show(value);
    },
  };
}

function headed(label, output, id) {
  return (arms, undo) =>
    html("div", { class: "head" }, html("label", { for: id }, label), arms, html("span", { class: "right" }, undo, output));
}

function range({ label, unit, low, high, step, initial, usual, drawn }, id, change) {
  const input = html("input", { type: "range", id, min: low, max: high, step, "aria-describedby": `${id}-about` });
  const output = html("output", { for: id });
  const tick = html("span", { class: "tick", "aria-hidden": "true" });
  const stands = initial ?? usual ?? (low + high) / 2;
  tick.style.left = `calc(8px + (100% - 16px) * ${(stands - low) / (high - low || 1)})`;
  const say = (value) => (value === null ? "drawn" : plain(value));
  input.addEventListener("input", () => change(Number(input.value)));
  return {
    head: headed(label, output, id),
    body: html(
      "div",
      { class: "track" },
      input,
      tick,
      html(
        "div",
        { class: "ends", "aria-hidden": "true" },
        html("span", {}, plain(low)),
        html("span", {}, unit),
        html("span", {}, plain(high)),
      ),
    ),
    say,
    focus: () => input.focus(),
    show(value) {
      const stand = value ?? stands;
      if (Number(input.value) !== stand) input.value = stand;
      input.classList.toggle("drawn", value === null);
      output.textContent = value === null ? "drawn" : plain(value);
      input.setAttribute("aria-valuetext", value === null ? drawn : `${plain(value)} ${unit}`.trim());
    },
  };
}

function whole({ label, unit, low, high }, id, change) {
  const input = html("input", { type: "number", id, min: low, max: high, step: 1, "aria-describedby": `${id}-about` });
  let last = null;
  input.addEventListener("change", () => {
    if (input.value === "") input.value = last; // an emptied field is no setting
    else change(Number(input.value));
  });
  return {
    head: headed(label, html("span", { class: "field" }, input, unit), id),
    body: html("div", { class: "ends", "aria-hidden": "true" }, html("span", {}, `${plain(low)} to ${plain(high)}`)),
    say: plain,
    focus: () => input.focus(),
    show: (value) => {
      last = value;
      if (input.value !== String(value)) input.value = value;
    },
  };
}

function choice({ label, options }, id, change) {
  const input = html(
    "select",
    { id, "aria-describedby": `${id}-about` },
    ...options.map(({ value, label: words }) => html("option", { value }, words)),
  );
  input.addEventListener("change", () => change(input.value));
  return {
    head: headed(label, null, id),
    body: input,
    say: (value) => options.find((option) => option.value === value)?.label ?? String(value),
    focus: () => input.focus(),
    show: (value) => {
      input.value = value;
    },
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
    show: (value) => {
      input.checked = value;
    },
  };
}

function multi(control, id, change) {
  const boxes = control.options.map(({ value }) => html("input", { type: "checkbox", value }));
  const chips = control.options.map(({ label }, i) => html("label", { class: "chip" }, boxes[i], html("span", {}, label)));
  const group = html(
    "div",
    { class: "chips", role: "group", "aria-label": control.label, "aria-describedby": `${id}-about`, id },
    ...chips,
  );
  const take = (chosen) => change(same([...chosen].sort(), [...control.initial].sort()) ? control.initial : lists(control, chosen));
  group.addEventListener("change", () => take(boxes.filter((box) => box.checked).map((box) => box.value)));
  const menus = control.presets.length ? presets(control, take) : null;
  return {
    head: (arms, undo) =>
      html("div", { class: "head" }, html("span", { class: "name" }, control.label), arms, html("span", { class: "right" }, undo)),
    body: html("div", {}, menus, group),
    say: (value) =>
      value.map((name) => control.options.find((option) => option.value === name)?.label ?? name).join(", ") || "none",
    focus: () => boxes[0].focus(),
    show: (value) =>
      boxes.forEach((box) => {
        box.checked = value.includes(box.value);
      }),
  };
}

function presets({ label, presets: all }, change) {
  const input = html(
    "select",
    { class: "presets", "aria-label": `${label}: take those of a scenario` },
    html("option", { value: "" }, "Take those of a scenario …"),
    ...all.map((one, i) => html("option", { value: i }, one.label)),
  );
  input.addEventListener("change", () => {
    change(all[Number(input.value)].value);
    input.value = "";
  });
  return input;
}
