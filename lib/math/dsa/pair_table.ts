// The coordinates of pair_basis.ts as a table of words, for descents in wasm and in shaders: what stands at each place
// of the upper triangle, and what it is coupled with. There a coordinate keeps the place of its entry. Leaves out their meaning.

/**
 * Two words per entry i < j of the upper triangle, row by row: i·65536 + j, and 2·o + m. If o is the entry itself, its
 * coordinate is that of the skew matrix's entry; else the two entries x and y of a group of four that couples two 2×2
 * blocks along their diagonal (or anti-diagonal) have the coordinates √½(x + y) at the first (m = 0) and √½(x − y) at
 * the second (m = 1). `partner[i]` is the other index of i's 2×2 block, or −1.
 *
 * @throws {RangeError} if there are more than 65,535 dimensions.
 *
 * @example
 * ```ts
 * import { pairTable } from "#lib/math/dsa/pair_table.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(pairTable(Int32Array.of(-1, 2, 1), 3), Uint32Array.of(1, 0, 2, 2, 65536 + 2, 4));
 * ```
 */
export function pairTable(partner: Int32Array, n: number): Uint32Array<ArrayBuffer> {
  if (n > 65535) throw new RangeError(`pairTable: ${n} dimensions; 65,535 are the most`);
  const table = new Uint32Array(n * (n - 1));
  const place = (i: number, j: number) => i * (2 * n - i - 1) / 2 + j - i - 1;
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const [k, l] = [partner[i], partner[j]];
      const coupled = k >= 0 && l >= 0 && k !== j;
      table[at++] = i * 65536 + j;
      table[at++] = coupled ? 2 * place(k, l) + (k < i ? 1 : 0) : 2 * place(i, j);
    }
  }
  return table;
}
