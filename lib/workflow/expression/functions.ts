// Functions of the expression language: range, linspace, logspace, zip, len, choices (choices.ts), and the samplers
// (samplers.ts).

import { sizes } from "../limits.ts";
import { combinations, permutations } from "./choices.ts";
import { latinHypercube, type Sample, sobol } from "./samplers.ts";

/** A function: takes checked numbers of arguments, throws RangeError or TypeError with a sentence for people. */
export interface ExpressionFunction {
  readonly minArgs: number;
  readonly maxArgs: number;
  /** As it is written, for messages. */
  readonly usage: string;
  call(args: readonly unknown[]): unknown;
}

/** The functions by name. */
export const functions: Readonly<Record<string, ExpressionFunction>> = {
  range: {
    minArgs: 1,
    maxArgs: 3,
    usage: "range(stop), range(start, stop) or range(start, stop, step)",
    call: (args) => {
      const [a, b, c] = args.map((value) => finite("range", value));
      return args.length === 1 ? range(0, a, 1) : range(a, b, args.length === 3 ? c : 1);
    },
  },
  linspace: {
    minArgs: 3,
    maxArgs: 3,
    usage: "linspace(first, last, count)",
    call: ([first, last, count]) =>
      linspace(
        finite("linspace", first),
        finite("linspace", last),
        counted("linspace", count),
      ),
  },
  logspace: {
    minArgs: 3,
    maxArgs: 3,
    usage: "logspace(first exponent, last exponent, count)",
    call: ([first, last, count]) =>
      linspace(finite("logspace", first), finite("logspace", last), counted("logspace", count))
        .map(powerOfTen),
  },
  zip: {
    minArgs: 1,
    maxArgs: 16,
    usage: "zip(list, list, …)",
    call: (args) => {
      const lists = args.map((value) => {
        if (!Array.isArray(value)) throw new TypeError("zip takes lists");
        return value as unknown[];
      });
      const { length } = lists[0];
      if (lists.some((list) => list.length !== length)) {
        const lengths = lists.map((list) => list.length);
        throw new RangeError(
          `zip takes lists of one length; found lengths ${lengths.slice(0, -1).join(", ")} and ${
            lengths[lengths.length - 1]
          }`,
        );
      }
      return lists[0].map((_, i) => lists.map((list) => list[i]));
    },
  },
  len: {
    minArgs: 1,
    maxArgs: 1,
    usage: "len(list)",
    call: ([value]) => {
      if (typeof value === "string" || Array.isArray(value)) return value.length;
      if (typeof value === "object" && value !== null) return Object.keys(value).length;
      throw new TypeError("len takes a list, a map or a string");
    },
  },
  permutations: {
    minArgs: 2,
    maxArgs: 2,
    usage: "permutations(list, count)",
    call: ([list, count]) => permutations(list, count),
  },
  combinations: {
    minArgs: 2,
    maxArgs: 2,
    usage: "combinations(list, count)",
    call: ([list, count]) => combinations(list, count),
  },
  sobol: sampler("sobol", sobol),
  latin_hypercube: sampler("latin_hypercube", latinHypercube),
};

function sampler(
  name: string,
  draw: (count: number, space: unknown, seed: number) => Sample[],
): ExpressionFunction {
  return {
    minArgs: 2,
    maxArgs: 3,
    usage: `${name}(count, params.space, seed), with a space such as ` +
      "{ lr: { from: 0.0001, to: 0.1, scale: log }, units: [16, 32] }",
    call: ([count, space, seed = 0]) => {
      checkLength(name, counted(name, count));
      if (typeof seed !== "number" || !Number.isSafeInteger(seed) || seed < 0) {
        throw new TypeError(`the seed of ${name} must be a whole number from 0`);
      }
      return draw(count as number, space, seed);
    },
  };
}

function range(start: number, stop: number, step: number): number[] {
  if (step === 0) throw new RangeError("the step of range cannot be 0");
  // Without the margin, range(0, 1, 0.1) would have an eleventh value in some decimal steps.
  const count = Math.max(0, Math.ceil((stop - start) / step - 1e-9));
  checkLength("range", count);
  return Array.from({ length: count }, (_, i) => tidy(start + i * step));

  // 0.3, not 0.30000000000000004, where start and step are decimal numbers themselves.
  function tidy(value: number): number {
    return isDecimal(start) && isDecimal(step) ? Number(value.toPrecision(15)) : value;
  }
}

function isDecimal(value: number): boolean {
  return Number(value.toPrecision(12)) === value;
}

/** Weights rather than steps: linspace(0, 1, 11)[3] is 0.3, not 0.30000000000000004. */
function linspace(first: number, last: number, count: number): number[] {
  checkLength("linspace", count);
  if (count === 1) return [first];
  const gaps = count - 1;
  return Array.from({ length: count }, (_, i) => (first * (gaps - i) + last * i) / gaps);
}

/** Exact where the exponent is whole, which Math.pow is not. */
function powerOfTen(exponent: number): number {
  return Number.isInteger(exponent) ? Number(`1e${exponent}`) : 10 ** exponent;
}

function checkLength(name: string, count: number): void {
  if (count > sizes.list) {
    throw new RangeError(
      `${name} would make ${count.toLocaleString("en")} values; at most ${
        sizes.list.toLocaleString("en")
      } are allowed`,
    );
  }
}

function finite(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new TypeError(`${name} takes numbers`);
}

function counted(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1) return value;
  throw new TypeError(`the count of ${name} must be a whole number from 1`);
}
