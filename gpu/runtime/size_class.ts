// Sizes that pooled buffers come in, so that buffers of nearly one size can take each other's place.

/** The smallest buffer. */
const smallest = 256;

/**
 * Bytes of the buffer that stands for one of `bytes`: powers of two up to 1 MiB, then eight steps for each doubling,
 * so that at most an eighth is wasted; never more than `largest` unless `bytes` are.
 *
 * @example
 * ```ts
 * import { sizeClass } from "#gpu/runtime/size_class.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([1, 256, 257, 5000].map((bytes) => sizeClass(bytes, 2 ** 31)), [256, 256, 512, 8192]);
 * assertEquals(sizeClass(2 ** 27 + 4, 2 ** 31), 2 ** 27 + 2 ** 24);
 * assertEquals(sizeClass(2 ** 27 + 4, 2 ** 27 + 16), 2 ** 27 + 16);
 * ```
 */
export function sizeClass(bytes: number, largest: number): number {
  if (bytes <= smallest) return smallest;
  const power = 2 ** Math.ceil(Math.log2(bytes));
  const size = power <= 2 ** 20 ? power : Math.ceil(bytes / (power / 16)) * (power / 16);
  return Math.max(bytes, Math.min(size, Math.floor(largest / 16) * 16));
}
