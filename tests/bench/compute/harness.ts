// What the compute benchmarks share: peers in Python that report how long they took and what came out, our own
// repetitions timed the same way, and rows of a table that never shows a ratio of unequal work.
// A benchmark is a file beside this one whose default export is a `Benchmark`. Run them with `deno task bench:compute`.

import { dirname, fromFileUrl, join } from "@std/path";

// Before the first adapter is asked for: Vulkan and nothing else, and no complaint of Mesa's on standard error.
if (Deno.env.get("DENO_WEBGPU_BACKEND") === undefined && Deno.build.os === "linux") {
  Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
}
if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) {
  Deno.env.set("XDG_RUNTIME_DIR", join(Deno.cwd(), "results"));
}

/** One measured way of doing the work. */
export interface Timing {
  readonly seconds: readonly number[];
}

/** What a peer printed as its last line, as JSON. */
export interface PeerRun extends Timing {
  /** What it computed, to be compared before any times are. */
  readonly result: unknown;
  /** E.g. `{ numpy: "1.24.2", blas: "OpenBLAS 0.3.21" }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
}

/** One line of the table. */
export interface Row {
  /** What was computed, with its sizes: `Lorenz RK4, 65,536 trajectories × 200 steps`. */
  readonly work: string;
  /** Who did it: `wasm, 1 thread, f32`; `NumPy 1.24, 2 threads, f64`. */
  readonly by: string;
  readonly seconds: readonly number[];
  /** Floating-point operations of the work, counted, not guessed; how stands in the benchmark's comment. */
  readonly operations?: number;
  /** Bytes that must cross memory at least. */
  readonly bytes?: number;
  /** The row that this one is compared with: how many times less time it took, minimum to minimum and median to median. */
  readonly against?: string;
  /** The ratio that was aimed at. */
  readonly goal?: number;
  /** What else is to be known: the limit and the distance to it, an extrapolation, agreement of results. */
  readonly note?: string;
}

/** A benchmark. */
export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** `quick`: few repetitions and small sizes, to see that it works. */
  run(options: { readonly quick: boolean }): Promise<readonly Row[]>;
}

/** Why a peer could not run: it is named in the table instead of a time. */
export class NoPeer extends Error {}

/**
 * Runs `tests/bench/peers/<script>.py` with `input` as JSON on standard input.
 *
 * @param threads sets the variables that OpenMP and OpenBLAS look at.
 * @throws {NoPeer} if Python or a package is missing.
 */
export async function peer(
  script: string,
  input: unknown,
  { threads }: { readonly threads: number },
): Promise<PeerRun> {
  const path = join(dirname(fromFileUrl(import.meta.url)), "..", "peers", `${script}.py`);
  const count = String(threads);
  const process = new Deno.Command(await python(), {
    args: [path],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count },
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(input)));
  await writer.close();
  const { success, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  if (!success) {
    const text = decoder.decode(stderr).trim();
    if (/ModuleNotFoundError|ImportError/.test(text)) throw new NoPeer(text.split("\n").at(-1));
    throw new Error(`${script}.py failed:\n${text}`);
  }
  const last = decoder.decode(stdout).trim().split("\n").at(-1) ?? "";
  return { threads, ...JSON.parse(last) };
}

let pythonPath: Promise<string> | undefined;

/** The first Python that has NumPy: Debian's packages belong to /usr/bin/python3, whatever else is first in the path. */
function python(): Promise<string> {
  return pythonPath ??= (async () => {
    for (const path of ["/usr/bin/python3", "python3"]) {
      try {
        const { success } = await new Deno.Command(path, {
          args: ["-c", "import numpy"],
          stdout: "null",
          stderr: "null",
        }).output();
        if (success) return path;
      } catch {
        // Not there: the next one.
      }
    }
    throw new NoPeer("no Python with NumPy (Debian: python3-numpy python3-scipy python3-torch)");
  })();
}

/** Repeats `run` (once unmeasured before), in seconds. The result is the last one's. */
export async function timed<T>(
  times: number,
  run: () => T | Promise<T>,
): Promise<Timing & { readonly result: T }> {
  let result = await run();
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    result = await run();
    seconds.push((performance.now() - began) / 1000);
  }
  return { seconds, result };
}

/** Throws unless `value` is within `tolerance` of `expected`, element by element: no times for unequal results. */
export function requireAgreement(
  what: string,
  value: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { readonly abs: number; readonly rel: number },
): void {
  if (value.length !== expected.length) {
    throw new Error(`${what}: ${value.length} numbers against ${expected.length}`);
  }
  for (let i = 0; i < value.length; i++) {
    const allowed = tolerance.abs + tolerance.rel * Math.abs(expected[i]);
    if (!(Math.abs(value[i] - expected[i]) <= allowed)) {
      throw new Error(`${what}: number ${i} is ${value[i]}, the peer has ${expected[i]}`);
    }
  }
}

/** The least of a row's times. */
export function minimum(seconds: readonly number[]): number {
  return Math.min(...seconds);
}

/** The median of a row's times. */
export function median(seconds: readonly number[]): number {
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
