// A process that makes the results it is asked for in a store, and says so. Started, and killed, by tests.
// Arguments: folder, then numbers of actions. Prints `start n`, `commit n`, `durable n`.

import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { sample } from "./sample_results.ts";

const [folder, ...numbers] = Deno.args;
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(line + "\n"));

const store = await openFsStore(denoWorld(), `${folder}/store`, {
  index: `${folder}/index`,
  groupMs: 10,
});
say("ready");
for (const n of numbers.map(Number)) {
  const { key, result, outputs } = sample(n);
  using _lock = await store.lock(key);
  if (store.lookup(key) !== undefined) continue;
  say(`start ${n}`);
  await new Promise((resolve) => setTimeout(resolve, 2));
  const { durable } = await store.commit(result, outputs);
  say(`commit ${n}`);
  durable.then(() => say(`durable ${n}`));
}
await store[Symbol.asyncDispose]();
