// `deno task bench:compute [name …] [--quick]`: the compute benchmarks against their peers, as a table of 80 columns and
// as JSON in results/bench. The numbers of a busy machine are noise: look at ratios of minima, and run it again.

import { dirname, fromFileUrl } from "@std/path";
import { type Benchmark, median, minimum, NoPeer, peer, type Row } from "./harness.ts";

const folder = dirname(fromFileUrl(import.meta.url));
const wanted = Deno.args.filter((word) => !word.startsWith("--"));
const quick = Deno.args.includes("--quick");
const names = [...Deno.readDirSync(folder)]
  .map(({ name }) => name.replace(/\.ts$/, ""))
  .filter((name) => !["harness", "main"].includes(name) && !name.startsWith("_"))
  .sort();
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark '${unknown[0]}'; there are ${names.join(", ")}`);
  Deno.exit(2);
}
const head = await machine();
console.log(head);
console.log("minimum, median, 10⁹ operations per second, times less than the peer (min / median)");
const all: Record<string, readonly Row[]> = {};
let failed = false;
for (const name of names.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const { default: benchmark } = await import(`./${name}.ts`) as { default: Benchmark };
  console.log(`\n${benchmark.name}: ${benchmark.summary}`);
  try {
    const rows = await benchmark.run({ quick });
    all[name] = rows;
    print(rows);
  } catch (error) {
    failed = true;
    console.log(`  failed: ${error instanceof Error ? error.message : error}`);
  }
}
Deno.mkdirSync("results/bench", { recursive: true });
Deno.writeTextFileSync(
  "results/bench/compute.json",
  `${JSON.stringify({ machine: head, rows: all }, null, 2)}\n`,
);
if (failed) Deno.exit(1);

/** The processor and how busy it is. */
async function machine(): Promise<string> {
  const cores = `${navigator.hardwareConcurrency} processors`;
  try {
    const { result } = await peer("machine", {}, { threads: 1 });
    const { model, load } = result as { readonly model: string; readonly load: number };
    return `${cores} (${model}), load ${load.toFixed(1)}, Deno ${Deno.version.deno}`;
  } catch (error) {
    if (!(error instanceof NoPeer)) throw error;
    return `${cores}, Deno ${Deno.version.deno}; no peers: ${error.message}`;
  }
}

function print(rows: readonly Row[]): void {
  let work = "";
  for (const row of rows) {
    if (row.work !== work) console.log(`  ${work = row.work}`);
    const least = minimum(row.seconds);
    const rate = row.operations === undefined
      ? ""
      : `${(row.operations / least / 1e9).toPrecision(3)} GF/s`;
    console.log(
      `    ${row.by.padEnd(29)}${time(least).padStart(9)}${
        time(median(row.seconds)).padStart(9)
      }  ${rate.padEnd(10)}${ratio(row, rows)}`,
    );
    if (row.note !== undefined) console.log(`      ${row.note}`);
  }
}

/** How many times faster, minimum to minimum and median to median. */
function ratio(row: Row, rows: readonly Row[]): string {
  const other = rows.find(({ by, work }) => by === row.against && work === row.work);
  if (other === undefined) return "";
  const least = minimum(other.seconds) / minimum(row.seconds);
  const middle = median(other.seconds) / median(row.seconds);
  const goal = row.goal === undefined ? "" : ` (goal ${row.goal})`;
  return `${least.toPrecision(3)} × / ${middle.toPrecision(3)} ×${goal}`;
}

function time(seconds: number): string {
  return seconds >= 1
    ? `${seconds.toPrecision(3)} s`
    : seconds >= 1e-3
    ? `${(1e3 * seconds).toPrecision(3)} ms`
    : `${(1e6 * seconds).toPrecision(3)} µs`;
}
