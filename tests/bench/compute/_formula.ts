// Inputs of benchmarks from a formula that the peers know, too, and the limit of a thread's arithmetic.

/**
 * Numbers in [−½, ½), rows × columns.
 *
 * @example
 * ```ts
 * import { formulaMatrix } from "#tests/bench/compute/_formula.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(formulaMatrix(0, 1, 1)[0], -0.5);
 * ```
 */
export function formulaMatrix(index: number, rows: number, columns: number): Float64Array {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < data.length; i++) {
    const word = Math.imul(i + index * 1_000_003, 2654435761) >>> 0;
    data[i] = (Math.imul(word ^ (word >>> 15), 2246822519) >>> 0) / 2 ** 32 - 0.5;
  }
  return data;
}

/** GFLOP/s of one wasm thread at best: 2 products and 2 sums of some lanes per cycle, at the clock that is reported. */
export function wasmPeak(lanes: number): number {
  clock ??= Number(/cpu MHz\s*:\s*([\d.]+)/.exec(cpuinfo())?.[1]);
  return 4 * lanes * clock / 1e3;
}

let clock: number | undefined;

// Deno may not read /proc without all permissions; the peers' Python may.
function cpuinfo(): string {
  for (const python of ["/usr/bin/python3", "python3"]) {
    try {
      const args = ["-c", "print(open('/proc/cpuinfo').read())"];
      const { success, stdout } = new Deno.Command(python, { args }).outputSync();
      if (success) return new TextDecoder().decode(stdout);
    } catch {
      // Not there: the next one.
    }
  }
  return "";
}
