// Ticks of a time axis: round times, in the unit that suits the whole.

/** One tick: seconds, and what stands at it. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

const steps = [1, 2, 5, 10, 20, 30].flatMap((step) => [step, step * 60]).concat(
  [1, 2, 3, 6, 12, 24, 48, 120, 240].map((hours) => hours * 3600),
).sort((a, b) => a - b);

/**
 * Ticks from zero to a number of seconds, at most as many.
 *
 * @example
 * ```ts
 * import { timeTicks } from "#lib/report/time_ticks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(timeTicks(25, 6).map(({ label }) => label), ["0 s", "5 s", "10 s", "15 s", "20 s", "25 s"]);
 * assertEquals(timeTicks(400, 4).map(({ label }) => label), ["0 min", "2 min", "4 min", "6 min"]);
 * ```
 */
export function timeTicks(span: number, most: number): readonly Tick[] {
  if (!(span > 0) || !Number.isFinite(span)) return [{ at: 0, label: "0 s" }];
  const step = stepOf(span, Math.max(2, most));
  const ticks: Tick[] = [];
  for (let i = 0; i * step <= span * (1 + 1e-9); i++) {
    const at = i * step;
    ticks.push({ at, label: labelOf(at, span) });
  }
  return ticks;
}

/** The least round step that needs no more ticks. */
function stepOf(span: number, most: number): number {
  const suffices = (step: number) => Math.floor(span / step * (1 + 1e-9)) < most;
  const known = steps.find(suffices);
  if (known !== undefined && known > 1) return known;
  // Below a second, and beyond all that has a name.
  const power = 10 ** Math.floor(Math.log10(span / most));
  return [1, 2, 5, 10, 20].map((digit) => digit * power).find(suffices)!;
}

/** In the unit of the whole, and the next smaller one if need be. */
function labelOf(at: number, span: number): string {
  if (span < 180) return `${Number(at.toPrecision(6))} s`;
  const [unit, size, smaller, part] = span < 3 * 3600
    ? ["min", 60, "s", 1]
    : ["h", 3600, "min", 60];
  const rest = Math.round(at % size / part);
  const whole = Math.floor(at / size);
  if (whole === 0 && rest > 0) return `${rest} ${smaller}`;
  return `${whole} ${unit}${rest === 0 ? "" : ` ${rest} ${smaller}`}`;
}
