// The process of one trial: `attempt.ts ID FOLDER SEED day|night LIMIT`. Prints what it did; ends with 1 if a promise is
// broken, or if it takes longer than LIMIT seconds.

import { seeded } from "#tests/support/random_graph.ts";
import type { Attempt } from "./trial.ts";
import { trials } from "./trials.ts";

const [id, folder, seedText, size, limit] = Deno.args;
const trial = trials.find((trial) => trial.id === id);
if (trial === undefined) throw new Error(`there is no trial ${id}`);

const nightly = size === "night";
const seed = Number(seedText);
const counts = new Map<string, number>();
const times = new Map<string, { seconds: number; promised: number | undefined }>();

const attempt: Attempt = {
  nightly,
  size: (day, night) => nightly ? night : day,
  seed,
  draw: seeded(seed),
  folder,
  count: (what, number = 1) => void counts.set(what, (counts.get(what) ?? 0) + number),
  slowest(what, seconds, promised) {
    const before = times.get(what)?.seconds ?? 0;
    times.set(what, { seconds: Math.max(before, seconds), promised });
  },
  say: (line) => console.log(line),
};

const timer = setTimeout(() => {
  tell();
  console.log(`seed ${seed}\nHANGS: not done after ${limit} s`);
  Deno.exit(1);
}, Number(limit) * 1000);

try {
  await trial.run(attempt);
  clearTimeout(timer);
  tell();
  Deno.exit(0);
} catch (error) {
  tell();
  console.log(`seed ${seed}`);
  console.log(error instanceof Error ? error.stack ?? error.message : String(error));
  Deno.exit(1);
}

function tell(): void {
  if (counts.size > 0) {
    console.log([...counts].map(([what, n]) => `${n.toLocaleString("en")} ${what}`).join(", "));
  }
  for (const [what, { seconds, promised }] of times) {
    const limit = promised === undefined
      ? ""
      : seconds <= promised
      ? ` (promised: ${promised} s)`
      : ` (OVER the promised ${promised} s; on a busy machine that proves nothing)`;
    console.log(`${what}: ${seconds.toFixed(2)} s at most${limit}`);
  }
}
