// Numbers and units in words, as every picture and table writes them.

const decimals = (size, digits = 3) => (size === 0 || size >= 100 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
const FORMATS = []; // by the number of decimals: making one takes longer than using it
const PLAIN = new Intl.NumberFormat("en-US", { maximumFractionDigits: 10, useGrouping: "min2" });
const TINY = 1e-4; // smaller numbers are written with a power of ten

function fixed(value, places) {
  if (places > 6) return value === 0 ? "0" : value.toExponential(1).replaceAll("-", "−");
  FORMATS[places] ??= new Intl.NumberFormat("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });
  const text = FORMATS[places].format(Math.abs(value));
  return Number(text.replaceAll(",", "")) === 0 ? text : (value < 0 ? "−" : "") + text;
}

/** A number with three significant digits. */
export const number = (value, digits = 3) => fixed(value, decimals(Math.abs(value), digits));

/** A number as short as it can be given: what a control or an axis shows. */
export const plain = (value) => PLAIN.format(Number(Number(value).toPrecision(10))).replace("-", "−");

const plus = (text) => (/^−|^[0.,]+$/.test(text) ? text : `+${text}`);

/** A difference and the two ends of its interval, with one number of decimals. */
export function withInterval({ effect, low, high }) {
  const most = Math.max(Math.abs(effect), Math.abs(low), Math.abs(high));
  const places = most < TINY ? 7 : decimals(most, most < 0.1 ? 2 : 3);
  const [mean, from, to] = [effect, low, high].map((value) => plus(fixed(value, places)));
  return { mean, interval: `[${from}, ${to}]` };
}

export const signed = (value, digits = 3) => plus(number(value, digits));

/** A probability in per cent; what is not quite nothing or all is not written as if it were. */
export function percent(share) {
  const rounded = Math.round(100 * share);
  if (rounded === 0 && share > 0) return "<1%";
  if (rounded === 100 && share < 1) return ">99%";
  return `${rounded}%`;
}

/** The effect as a share of the reference's mean. */
export function relative({ effect, reference_mean: usual }) {
  if (!usual || !effect) return "";
  const share = effect / Math.abs(usual);
  return Math.abs(share) >= 10 ? "" : `${plus(fixed(100 * share, Math.abs(share) < 0.1 ? 1 : 0))}%`;
}

const SHORT = { "USD million a month": "USD m a month", "index 0-100": "points", "share of national income": "share of income" };
export const shortUnit = (unit) => SHORT[unit] ?? unit.replace(/^index, .*/, "index");
export const unitOfDifference = (unit) => (unit.startsWith("index 0") ? "index points" : unit.replace(/, .*/, ""));

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
export function monthName(month) {
  const [year, index] = month.split("-");
  return `${MONTHS[Number(index) - 1]} ${year}`;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
