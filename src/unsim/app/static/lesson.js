// The first lesson: six steps, each a link with settings and two sentences. The step is in the part of the address after #.

import { button, html } from "./html.js";
import * as settings from "./settings.js";

const NAME = /^#lesson-(\d+)$/;

/** The lesson in its place; `go(query)` takes the settings of a step. Returns refresh(), which shows the current step. */
export function lesson(root, steps, go) {
  const address = (i) => `?${steps[i].query}#lesson-${i + 1}`;
  const current = () => Number(NAME.exec(location.hash)?.[1] ?? 0) - 1;

  function link(i, words, attributes = {}) {
    const made = html("a", { href: address(i), ...attributes }, words);
    made.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
      event.preventDefault();
      history.pushState(null, "", address(i));
      go();
    });
    return made;
  }

  function refresh() {
    if (!steps.length) return;
    const at = current();
    const held = root.contains(document.activeElement);
    const open = at >= 0 && at < steps.length;
    const title = html(
      "h2",
      { id: "lesson-title", tabindex: -1 },
      open ? steps[at].title : "New here? A first lesson, in six steps",
    );
    const list = html(
      "ol",
      { class: "steps" },
      ...steps.map((step, i) =>
        html(
          "li",
          {},
          link(i, String(i + 1), {
            title: step.title,
            "aria-label": `Step ${step.title}`,
            "aria-current": i === at ? "step" : null,
          }),
        ),
      ),
    );
    const body = open ? [html("p", { class: "told" }, steps[at].text.join(" ")), moves(at)] : [];
    root.replaceChildren(
      html("div", { class: `step ${open ? "open" : ""}` }, html("div", { class: "line" }, title, list), ...body),
    );
    root.hidden = false;
    if (held) title.focus();
  }

  function moves(at) {
    const changed = !settings.same(steps[at].query, settings.query());
    return html(
      "p",
      { class: "moves" },
      changed ? link(at, "Back to the settings of this step", { class: "quiet" }) : null,
      at > 0 ? link(at - 1, "Previous") : null,
      at + 1 < steps.length ? link(at + 1, `Next: ${steps[at + 1].title}`, { class: "next" }) : null,
      button("End the lesson", () => {
        history.pushState(null, "", `?${settings.query()}`);
        refresh();
      }),
    );
  }

  return refresh;
}
