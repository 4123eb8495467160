// Measures whole processes from outside: wall time, processor time and the largest resident set of a program and of all
// that it starts, as GNU time reports them. Leaves out what is run, and when.

/** One run of a program. */
export interface Sample {
  /** Seconds, from before the start until the end is known. */
  readonly wall: number;
  /** Seconds of user and system time, with all children. */
  readonly cpu: number;
  /** Peak resident set of the largest process, MB (10⁶ bytes). */
  readonly rss: number;
}

/** A program to run. */
export interface Command {
  readonly words: readonly string[];
  readonly cwd: string;
}

/** Several runs of one thing. */
export interface Summary {
  readonly min: Sample;
  readonly median: Sample;
  /** The largest peak of all runs. */
  readonly rss: number;
}

/** Debian's package of the program `time`, which does the measuring. */
export const timePackage = "time";

/** Runs a program and measures it. @throws {Error} with what it wrote last, if it fails. */
export async function measure({ words, cwd }: Command, scratch: string): Promise<Sample> {
  const report = `${scratch}/time.txt`;
  const limit = ["timeout", "--foreground", "--kill-after=5", String(limitSeconds)];
  const command = new Deno.Command("time", {
    args: ["-o", report, "-f", "%U %S %M", ...limit, ...words],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const began = performance.now();
  const { code, stderr } = await command.output();
  const wall = (performance.now() - began) / 1000;
  if (code !== 0) {
    const said = new TextDecoder().decode(stderr).trim().split("\n").slice(-12).join("\n");
    const why = code === 124 ? `not done after ${limitSeconds} s` : `exit code ${code}`;
    throw new Error(`${words.slice(0, 2).join(" ")} …: ${why}\n${said}`);
  }
  const [user, system, kibibytes] = (await Deno.readTextFile(report)).trim().split("\n").at(-1)!
    .split(" ").map(Number);
  return { wall, cpu: user + system, rss: kibibytes * 1024 / 1e6 };
}

const limitSeconds = 300;

/** What a program writes to standard output; `undefined` if it is not there. */
export async function outputOf(words: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await new Deno.Command("time", {
    args: ["-f", "", ...words],
    stdin: "null",
    stderr: "null",
  }).output();
  return code === 0 ? new TextDecoder().decode(stdout).trim() : undefined;
}

/**
 * The smallest and the middle value of each quantity, each for itself.
 *
 * @example
 * ```ts
 * import { summaryOf } from "#tests/bench/engine/measure.ts";
 * import { assertEquals } from "@std/assert";
 * const { min, median } = summaryOf([3, 1, 2].map((wall) => ({ wall, cpu: 1, rss: 9 })));
 * assertEquals([min.wall, median.wall], [1, 2]);
 * ```
 */
export function summaryOf(samples: readonly Sample[]): Summary {
  const by = (pick: (sorted: readonly number[]) => number): Sample => ({
    wall: pick(sorted(samples.map(({ wall }) => wall))),
    cpu: pick(sorted(samples.map(({ cpu }) => cpu))),
    rss: pick(sorted(samples.map(({ rss }) => rss))),
  });
  return {
    min: by((values) => values[0]),
    median: by(middle),
    rss: Math.max(...samples.map(({ rss }) => rss)),
  };
}

const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b);

function middle(values: readonly number[]): number {
  const half = values.length >> 1;
  return values.length % 2 === 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}
