// HTML elements, and the parts that several sections of the page share.

/** An element with attributes and children; what is null or false is left out. */
export function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** A button that does something. */
export function button(words, does, attributes = {}) {
  const made = html("button", { type: "button", class: "quiet", ...attributes }, words);
  made.addEventListener("click", does);
  return made;
}

/** A table of words and numbers; the first column names the row. */
export function table({ head, body }, caption) {
  const cell = (words, i) => html(i === 0 ? "th" : "td", { scope: i === 0 ? "row" : null }, words);
  return html(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    html(
      "table",
      {},
      html("caption", { class: "unseen" }, caption),
      html("thead", {}, html("tr", {}, ...head.map((words) => html("th", { scope: "col" }, words)))),
      html("tbody", {}, ...body.map((row) => html("tr", {}, ...row.map(cell)))),
    ),
  );
}
