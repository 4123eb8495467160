// Chance, fixed: a task that draws gets an error that names what to draw from; each place in a package has a sequence of
// its own.

import type { RefuseTasks } from "./confine.ts";
import { caller, replace } from "./replace.ts";

const chanceHint =
  "chance is not part of a stage's key; draw from randomStream(seed, label) of lib/core/random.ts";

/**
 * Fixes chance in this global scope, for good.
 *
 * @returns what starts all sequences again.
 *
 * @example
 * ```ts ignore
 * const restart = fixChance((what) => { throw new Error(`no ${what}`); });
 * ```
 */
export function fixChance(refuseTasks: RefuseTasks): () => void {
  const drawn = new Map<string, number>();
  const draw = (what: string): number => {
    refuseTasks(what, chanceHint);
    // The place without its folder, which differs between machines. What one place draws does not depend on
    // which others drew before, for a package loads once and draws in many jobs.
    const place = /[^/]*$/.exec(caller())![0];
    const count = drawn.get(place) ?? 0;
    drawn.set(place, count + 1);
    return fraction(place, count);
  };
  const refuse = (what: string) => () => {
    throw new Error(`${what} is not there for tasks: ${chanceHint}`);
  };
  replace(Math, { random: () => draw("Math.random()") });
  replace(Object.getPrototypeOf(crypto), {
    getRandomValues<T extends ArrayBufferView>(view: T): T {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      for (let i = 0; i < bytes.length; i++) bytes[i] = 256 * draw("crypto.getRandomValues()");
      return view;
    },
    randomUUID: refuse("crypto.randomUUID()"),
  });
  // Keys, and what is padded, salted or signed by chance.
  const subtle = Object.getPrototypeOf(crypto.subtle);
  for (
    const name of [
      "generateKey",
      "encrypt",
      "sign",
      "wrapKey",
      "encapsulateKey",
      "encapsulateBits",
    ]
  ) replace(subtle, { [name]: refuse(`crypto.subtle.${name}()`) });
  const { createObjectURL } = URL;
  replace(URL, {
    createObjectURL(blob: Blob) {
      refuseTasks("URL.createObjectURL()", "its name is made by chance");
      return createObjectURL(blob);
    },
  });
  return () => drawn.clear();
}

/** A number in [0, 1) from a place and a count: FNV-1a and the finaliser of MurmurHash3 (both public domain). */
function fraction(place: string, count: number): number {
  let h = 2166136261 ^ count;
  for (let i = 0; i < place.length; i++) h = Math.imul(h ^ place.charCodeAt(i), 16777619);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
