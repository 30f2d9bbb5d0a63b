// Requests: one in flight, the newest settings win, first a preview, then all pairs, then the slow map.

const TIMEOUT_MS = 30_000;
const MAP_TIMEOUT_MS = 120_000;
const MAP_AFTER_MS = 700; // the map takes seconds of all cores: it is asked for at rest alone
const MAP_AGAIN_MS = 10_000;
const PAINT_MS = 100; // longest wait for a picture to be painted
export const RETRY_MS = 2_000;

/** What the server answers to a bad query: one sentence for each problem. */
export class BadQuery extends Error {
  constructor(problems) {
    super(problems.map((problem) => problem.message).join(" "));
    this.problems = problems;
  }
}

/** JSON from the server; raises BadQuery for a bad query, and an Error where there is no answer in time. */
export async function get(path, controller = new AbortController(), patience = TIMEOUT_MS) {
  const clock = setTimeout(() => controller.abort(), patience);
  try {
    const response = await fetch(path, { signal: controller.signal });
    if (response.status === 422) throw new BadQuery((await response.json()).problems);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await response.json();
  } finally {
    clearTimeout(clock);
  }
}

/**
 * Ask for what the newest settings give: `ask(query, pairs)`, with the pairs of a preview and of a full run; `drop()` where the settings move on and can't be asked for yet.
 *
 * `heard` is told of: waiting(), preview(answer, newest), full(answer), flip(map or null), failed(error). A preview of settings
 * that are no longer the newest comes with newest = false.
 */
export function asker(heard) {
  let wanted = null;
  let newest = 0;
  let busy = false;
  let long = null; // the long request in flight: newer settings end it
  let clock = null;
  let wake = () => {}; // ends a rest

  async function work() {
    busy = true;
    let ticket = newest;
    try {
      do {
        ticket = newest;
        try {
          await answer(wanted, () => ticket === newest);
        } catch (error) {
          if (ticket === newest) throw error;
        }
      } while (ticket !== newest && wanted !== null);
    } catch (error) {
      heard.failed(error);
      if (!(error instanceof BadQuery)) clock = setTimeout(again, RETRY_MS);
    } finally {
      busy = false;
    }
  }

  async function answer({ query, pairs }, current) {
    heard.preview(await get(`/api/run?${query}&pairs=${pairs.preview}`), current());
    if (!current()) return;
    await painted(); // first: the server takes all cores
    if (!current()) return;
    long = new AbortController();
    try {
      const full = await get(`/api/run?${query}&pairs=${pairs.full}`, long);
      if (!current()) return;
      heard.full(full);
      await pause(MAP_AFTER_MS);
      if (!current()) return;
      let map = null;
      while (map === null && current()) {
        map = await get(`/api/flip?${query}`, long, MAP_TIMEOUT_MS).catch(() => null);
        if (!current()) return;
        heard.flip(map);
        if (map === null) await pause(MAP_AGAIN_MS);
      }
    } finally {
      long = null;
    }
  }

  /** Wait until the browser has painted; where the page is not seen it does not paint. */
  const painted = () =>
    Promise.race([
      pause(PAINT_MS),
      new Promise((done) => {
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = done;
          channel.port2.postMessage(0);
        });
      }),
    ]);

  /** Wait, or until newer settings end it. */
  const pause = (time) =>
    new Promise((done) => {
      wake = done;
      setTimeout(done, time);
    });

  function again() {
    if (!busy) work();
  }

  /** Nothing is wanted any more: what is in flight belongs to older settings. */
  function drop() {
    wanted = null;
    newest += 1;
    clearTimeout(clock);
    long?.abort();
    wake();
  }

  function ask(query, pairs) {
    drop();
    wanted = { query, pairs };
    heard.waiting();
    again();
  }

  return { ask, drop };
}
