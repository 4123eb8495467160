// Damaged files of every format: an error in words or numbers, never a crash or a flood, and afterwards all is well.

import { assert, assertEquals } from "@std/assert";
import { openFile } from "#lib/formats/open_file.ts";
import { randomStream } from "#lib/core/random.ts";
import { bytesOf, referenceFile, x } from "./fixtures.ts";

const files: Record<string, Uint8Array> = {
  npy: referenceFile("f8_fortran.npy"),
  npz: referenceFile("deflated.npz"),
  zip64: referenceFile("zip64.npz"),
  hdf5: referenceFile("types.h5"),
  latest: referenceFile("latest.h5"),
  json: bytesOf('{"pairs": [{"A": [[1, 2], [3, 4]]}], "x": [1, null, -2.5e3]}'),
  csv: bytesOf('trial,time,"a",b\n1,0,1.5,\n1,1,2,n/a\n2,0,"3",4\n'),
};

for (const [name, good] of Object.entries(files)) {
  Deno.test(`openFile() takes damaged files of ${name} without harm`, async () => {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const stream = randomStream(seed, "tests/damaged");
    let numRefused = 0;
    for (let i = 0; i < 150; i++) {
      const bytes = damaged(good, (bound, j) => stream.integer(bound, i, j));
      try {
        const file = await openFile(bytes);
        try {
          for (const { name } of file.list()) {
            try {
              const { shape, data } = file.read(name);
              assertEquals(shape.reduce((a, b) => a * b, 1), data.length);
              file.texts?.(name);
            } catch (error) {
              numRefused++;
              requireWords(error, seed, i);
            }
          }
        } finally {
          file[Symbol.dispose]?.();
        }
      } catch (error) {
        numRefused++;
        requireWords(error, seed, i);
      }
    }
    assert(numRefused > 0, `seed ${seed}: no damage was seen`);
    const file = await openFile(good);
    for (const { name } of file.list()) {
      if (name === "rates" || name === "link") assertEquals(file.read(name), x, `seed ${seed}`);
    }
    file[Symbol.dispose]?.();
  });
}

/** Cut short, with some bytes changed, or with a part repeated. */
function damaged(good: Uint8Array, draw: (bound: number, index: number) => number): Uint8Array {
  const kind = draw(4, 0);
  if (kind === 0) return good.slice(0, draw(good.length, 1));
  const bytes = good.slice();
  if (kind === 1) bytes[draw(bytes.length, 1)] = draw(256, 2);
  if (kind === 2) {
    for (let k = 0; k < 20; k++) bytes[draw(bytes.length, 3 + 2 * k)] = draw(256, 4 + 2 * k);
  }
  if (kind === 3) {
    const length = 1 + draw(Math.min(64, bytes.length - 1), 1);
    const [from, to] = [draw(bytes.length - length, 2), draw(bytes.length - length, 3)];
    bytes.copyWithin(to, from, from + length);
  }
  return bytes;
}

function requireWords(error: unknown, seed: number, i: number): void {
  const isWords = error instanceof TypeError && error.message.length > 15 &&
    !/undefined|is not a function|Cannot read/.test(error.message);
  if (!isWords) throw new Error(`seed ${seed}, file ${i}: ${error}`, { cause: error });
}
