// A process that makes the results it is asked for in a store, straight through lib/store, for trials that stand below
// it: system calls that fail, disks that lie, power that goes. Arguments: store, index, log, numbers of actions.
// Says `ready`, waits for a line, then writes `start n` and `durable n` to the log (opened before anything bad can happen)
// and ends with 0, or with 4 and the storage error on standard error. With SESSION in the environment its paths are known
// beforehand.

import { DiskError } from "#lib/core/disk.ts";
import { StorageError } from "#lib/core/store.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { sample } from "#tests/lib/store/sample_results.ts";

const [folder, index, logPath, ...numbers] = Deno.args;
const log = Deno.openSync(logPath, { append: true, create: true });
const say = (line: string) => void log.writeSync(new TextEncoder().encode(line + "\n"));
const samples = numbers.map((n) => sample(Number(n)));

Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
if (Deno.stdin.readSync(new Uint8Array(1)) === null) Deno.exit(0);

try {
  const newId = Deno.env.get("SESSION");
  await using store = await openFsStore(denoWorld(), folder, {
    index,
    groupMs: 2,
    ...(newId === undefined ? {} : { newId: () => newId }),
  });
  for (const [i, { key, result, outputs }] of samples.entries()) {
    using _lock = await store.lock(key);
    const found = store.lookup(key);
    if (found !== undefined && await store.read(found.outputs.out) !== undefined) continue;
    say(`start ${numbers[i]}`);
    const { durable } = await store.commit(result, outputs);
    durable.then(() => say(`durable ${numbers[i]}`), () => {});
  }
  await store.flush();
} catch (error) {
  if (!(error instanceof StorageError) && !(error instanceof DiskError)) throw error;
  console.error(error.message);
  Deno.exit(4);
}
