// Says in a PNG how large it is in print. Programs otherwise take every pixel for 1/72 or 1/96 inch.
// Source: Portable Network Graphics Specification (third edition), 11.3.4.3 pHYs and annex D (CRC).

/**
 * A PNG with its dots per inch, in a chunk `pHYs` before the pixels; one that is there already is replaced.
 *
 * @throws {TypeError} if the bytes are no PNG.
 *
 * @example
 * ```ts
 * import { densityOf, withDensity } from "#lib/draw/png_density.ts";
 * import { rasterise } from "#lib/draw/rasterise.ts";
 * import { assertEquals } from "@std/assert";
 * const png = await rasterise('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>', 2);
 * assertEquals(Math.round(densityOf(withDensity(png, 300))!), 300);
 * ```
 */
export function withDensity(png: Uint8Array, dpi: number): Uint8Array {
  const parts = [png.subarray(0, 8)];
  for (const { name, bytes } of chunksOf(png)) {
    if (name !== "pHYs") parts.push(bytes);
    if (name === "IHDR") parts.push(densityChunk(dpi));
  }
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Dots per inch that a PNG names, or `undefined`.
 *
 * @throws {TypeError} if the bytes are no PNG.
 *
 * @example
 * ```ts
 * import { densityOf } from "#lib/draw/png_density.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => densityOf(new Uint8Array(20)), TypeError, "no PNG");
 * ```
 */
export function densityOf(png: Uint8Array): number | undefined {
  const found = chunksOf(png).find(({ name }) => name === "pHYs");
  if (found === undefined) return undefined;
  const { buffer, byteOffset } = found.bytes;
  return new DataView(buffer, byteOffset).getUint32(8) * metresPerInch;
}

const metresPerInch = 0.0254;

/** Chunks in order, each with its length and checksum. */
function chunksOf(png: Uint8Array): { readonly name: string; readonly bytes: Uint8Array }[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (png.length < 20 || view.getUint32(0) !== 0x89504e47) {
    throw new TypeError("the picture is no PNG");
  }
  const chunks = [];
  for (let at = 8; at + 12 <= png.length;) {
    const end = at + 12 + view.getUint32(at);
    const name = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ name, bytes: png.subarray(at, end) });
    at = end;
  }
  return chunks;
}

function densityChunk(dpi: number): Uint8Array {
  const chunk = new Uint8Array(21);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, 9);
  chunk.set([0x70, 0x48, 0x59, 0x73], 4);
  const perMetre = Math.round(dpi / metresPerInch);
  view.setUint32(8, perMetre);
  view.setUint32(12, perMetre);
  chunk[16] = 1;
  view.setUint32(17, crc32(chunk.subarray(4, 17)));
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
