// The settings: what the query string says, and nothing beside it. The query string is the request and the link at once.

let now = read();
let moved = null;
let stored = null;

function read() {
  return new URLSearchParams(location.search);
}

/** Settings as they stand in a request or a link; commas of a list stay as they are. */
export const encoded = (settings) => settings.toString().replaceAll("%2C", ",");

export const query = () => encoded(now);
export const get = (key) => now.get(key);

/** Change settings: a value, or null for what the scenario says. */
export function set(changes) {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) now.delete(key);
    else now.set(key, value);
  }
  moved = Object.keys(changes).join();
}

/** Begin with other settings. */
export function begin(given) {
  now = new URLSearchParams();
  set(given);
}

/** The same settings as the server writes them, complete: with these a link means the same everywhere. */
export function adopt(canonical) {
  now = new URLSearchParams(canonical);
}

/** Take the settings of a link, or those of the address after the back button. */
export function take(link = location.search) {
  now = new URLSearchParams(link);
  stored = moved = null;
}

/** Write the settings into the address. Moves of one and the same control are one step of the back button. */
export function store() {
  const address = `?${query()}${location.hash}`;
  if (address === `${location.search || "?"}${location.hash}`) return;
  history[moved === stored ? "replaceState" : "pushState"](null, "", address);
  stored = moved;
}

/** Whether two query strings hold the same settings, in any order. */
export function same(one, other) {
  const sorted = (text) => {
    const found = new URLSearchParams(text);
    found.delete("pairs");
    found.sort();
    return found.toString();
  };
  return sorted(one) === sorted(other);
}
