// Colours, dashes and shapes of data series. Safe for colour-blind readers, and told apart without colour: neighbours
// differ in lightness, and every series also has its own dash and shape for black-and-white print.
// Sources: Okabe & Ito 2008, "Color universal design"; Tol 2021, "Colour schemes" (muted); colours of metrics and groups as the published figures have them.

/** How one series looks. */
export interface SeriesLook {
  readonly colour: string;
  /** Lengths of strokes and gaps in px; empty is solid. */
  readonly dash: readonly number[];
  /** A Vega symbol. */
  readonly shape: string;
}

/** Names that have a colour of their own wherever they appear. */
const known: Readonly<Record<string, string>> = {
  dsa: "#7B1E3C",
  linear_cka: "#8D99AE",
  cka: "#8D99AE",
  procrustes: "#2B2F42",
  master: "#ED6A5A",
  untrained: "#E5B25D",
  master_frozen: "#9BC1BC",
  partial: "#8FBC8F",
  full: "#4C1E4F",
  unfrozen: "#696D7D",
  full_unfrozen: "#696D7D",
  pretrain_partial: "#8FBC8F",
  pretrain_frozen: "#4C1E4F",
  pretrain_unfrozen: "#696D7D",
};

/** Names that have a dash and a shape of their own, by their place in `dashes` and `shapes`. */
const place: Readonly<Record<string, number>> = { dsa: 0, linear_cka: 1, cka: 1, procrustes: 2 };

/**
 * Colours of series without a colour of their own: alternating dark and light, so that neighbours differ in grey, and the
 * first five all do.
 */
export const cycle: readonly string[] = [
  "#0072B2",
  "#E69F00",
  "#332288",
  "#88CCEE",
  "#D55E00",
  "#117733",
  "#CC79A7",
  "#882255",
  "#DDCC77",
  "#009E73",
  "#AA4499",
  "#999933",
];
const dashes = [
  [],
  [5, 2],
  [1.5, 2],
  [7, 2, 1.5, 2],
  [3, 1.5],
  [9, 2],
  [7, 2, 1.5, 2, 1.5, 2],
  [1, 1],
  [5, 2, 5, 2, 1.5, 2],
  [4, 4],
  [12, 3],
  [2, 4],
];
const shapes = [
  "circle",
  "square",
  "diamond",
  "triangle-up",
  "cross",
  "triangle-down",
  "triangle-right",
  "triangle-left",
  "M-1,-1L1,1M-1,1L1,-1",
  "M0,-1L0,1M-1,0L1,0",
  "M-1,-0.4L1,-0.4L1,0.4L-1,0.4Z",
  "M-0.4,-1L0.4,-1L0.4,1L-0.4,1Z",
];

/**
 * Looks of series in the order given. A known name (a metric, a published group) keeps its colour, a metric also its
 * dash and shape; others take what is left in order.
 *
 * @example
 * ```ts
 * import { seriesLooks } from "#lib/draw/palette.ts";
 * import { assertEquals } from "@std/assert";
 * const looks = seriesLooks(["dsa", "mine", "procrustes"]);
 * assertEquals(looks.map(({ colour }) => colour), ["#7B1E3C", "#0072B2", "#2B2F42"]);
 * ```
 */
export function seriesLooks(names: readonly string[]): SeriesLook[] {
  let nextColour = 0;
  const taken = new Set(
    names.filter((name) => Object.hasOwn(place, name)).map((name) => place[name]),
  );
  const free = dashes.map((_, at) => at).filter((at) => !taken.has(at));
  let nextFree = 0;
  return names.map((name) => {
    const at = Object.hasOwn(place, name) ? place[name] : free[nextFree++ % free.length];
    return {
      colour: Object.hasOwn(known, name) ? known[name] : cycle[nextColour++ % cycle.length],
      dash: dashes[at],
      shape: shapes[at],
    };
  });
}

/** How well-known names are written in figures. */
const titles: Readonly<Record<string, string>> = {
  dsa: "DSA",
  linear_cka: "CKA",
  cka: "CKA",
  debiased_cka: "debiased CKA",
  minibatch_cka: "minibatch CKA",
  rbf_cka: "RBF CKA",
  cca: "CCA",
  svcca: "SVCCA",
  pwcca: "PWCCA",
  rsa: "RSA",
  rdm_comparison: "RSA",
  input_dsa: "InputDSA",
  procrustes: "Procrustes",
  sigma: "σ",
  alpha: "α",
  r_squared: "R²",
  sem: "SEM",
  as_published: "as published",
};

/**
 * A name as figures write it: known names by convention, others with spaces for underscores.
 *
 * @example
 * ```ts
 * import { displayName } from "#lib/draw/palette.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["linear_cka", "two_stable"].map(displayName), ["CKA", "two stable"]);
 * ```
 */
export function displayName(name: string): string {
  return Object.hasOwn(titles, name) ? titles[name] : name.replaceAll("_", " ");
}
