// The sections of a wasm module, to see what it holds and to leave out what only debuggers read. Pure.

/** One section: what it is (11 is data, 0 is custom), and where its bytes lie, header included. */
export interface WasmSection {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** Bytes of its contents. */
  readonly size: number;
}

/**
 * The sections of a module, in order.
 *
 * @throws {RangeError} if the bytes are not a wasm module
 */
export function wasmSections(bytes: Uint8Array): readonly WasmSection[] {
  if (bytes.length < headerBytes || bytes[0] !== 0 || bytes[1] !== 0x61) {
    throw new RangeError("Expected a wasm module; its first bytes are not 00 61 73 6d");
  }
  const sections: WasmSection[] = [];
  for (let start = headerBytes; start < bytes.length;) {
    const [size, contents] = unsigned(bytes, start + 1);
    sections.push({ id: bytes[start], start, end: contents + size, size });
    start = contents + size;
  }
  return sections;
}

/** The module without its custom sections (names, links to source maps). */
export function stripCustomSections(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = wasmSections(bytes).filter(({ id }) => id !== 0);
  const length = kept.reduce((sum, { start, end }) => sum + end - start, headerBytes);
  const out = new Uint8Array(length);
  out.set(bytes.subarray(0, headerBytes));
  let at = headerBytes;
  for (const { start, end } of kept) {
    out.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return out;
}

const headerBytes = 8;

/** An unsigned LEB128 number, and where what follows begins. */
function unsigned(bytes: Uint8Array, at: number): readonly [value: number, next: number] {
  let value = 0;
  for (let shift = 0;; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}
