// Reproduce: the scenario file, the command, the Python lines and the link that give the numbers on screen.

import { save } from "./downloads.js";
import { button, html } from "./html.js";

/** Fill the panel from an answer. */
export function reproduce(root, answer) {
  const { file, file_name: name, command, python } = answer.reproduce;
  const link = `${location.origin}/?${answer.query}${location.hash}`;
  root.replaceChildren(
    html(
      "header",
      {},
      html("h2", { id: "reproduce-title" }, "Reproduce"),
      html("span", { class: "tag", "aria-hidden": "true" }),
      html("p", { class: "lead" }, `Each of these gives exactly the numbers above: ${answer.design.text}.`),
    ),
    html(
      "div",
      { class: "ways" },
      way("Python", python, "python"),
      way("Link", link, "link"),
      way("Command, with the file beside it", command, "command"),
      way(
        name,
        file,
        "file",
        button("Save", () => save(file, "application/yaml", name.split("/").at(-1)), { "aria-label": `Save ${name}` }),
      ),
    ),
    html("p", { class: "note" }, "Digest of both arms: ", html("code", { class: "digest" }, answer.digest)),
  );
  root.hidden = false;
}

function way(title, content, name, more = null) {
  const copied = button(
    "Copy",
    async () => {
      copied.textContent = await copy(content).then(
        () => "Copied",
        () => select(code),
      );
      setTimeout(() => {
        copied.textContent = "Copy";
      }, 1_500);
    },
    { "aria-label": `Copy: ${title}` },
  );
  const code = html("code", {}, content);
  return html(
    "div",
    { class: `way ${name}` },
    html("h3", {}, title),
    html("span", { class: "right" }, more, copied),
    html("pre", { tabindex: 0, role: "region", "aria-label": title, "data-way": name }, code),
  );
}

const copy = async (content) => navigator.clipboard.writeText(content);

/** Where the browser does not let the page copy, the text is at least selected. */
function select(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
  return "Selected";
}
