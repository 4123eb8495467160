// A network in training, at the end of an epoch: what is needed to go on, and what the epoch reported. As bytes, so that
// it survives the process.

/** Numbers of a network as its engine holds them: f32, or f64 on the engine `ref`. */
export type Numbers = Float32Array | Float64Array;

/** What one epoch reports of one rule; columns of the log. */
export type LogRow = Readonly<Record<string, string | number | boolean | null>>;

/** A network in training. */
export interface TrainingState {
  /** All tensors behind one another, in the model's order. */
  readonly parameters: Numbers;
  /** The optimiser's moments by name, each as long as the parameters. */
  readonly moments: Readonly<Record<string, Numbers>>;
  /** Updates since the moments were zero. */
  readonly steps: number;
  /** Updates in all. */
  readonly updates: number;
  /** Updates of each rule: where its stream of batches goes on. */
  readonly updatesByRule: Readonly<Record<string, number>>;
  /** Rows of the log that the last epoch added. */
  readonly rows: readonly LogRow[];
}

/**
 * The bytes of a state: a header as JSON behind its length, then the numbers.
 *
 * @example
 * ```ts
 * import { decodeState, encodeState } from "#lib/training/state.ts";
 * import { assertEquals } from "@std/assert";
 * const state = {
 *   parameters: Float32Array.of(1, 2), moments: { m: Float32Array.of(0, 1) }, steps: 3, updates: 3,
 *   updatesByRule: { pdm_pro: 3 }, rows: [{ epoch: 1, accuracy: null }],
 * };
 * assertEquals(decodeState(encodeState(state)), state);
 * ```
 */
export function encodeState({ parameters, moments, ...rest }: TrainingState): Uint8Array {
  const names = Object.keys(moments);
  const arrays = [parameters, ...names.map((name) => moments[name])];
  const header = new TextEncoder().encode(JSON.stringify({
    format,
    ...rest,
    double: parameters instanceof Float64Array,
    moments: names,
    length: parameters.length,
  }));
  const size = parameters.BYTES_PER_ELEMENT * parameters.length;
  const bytes = new Uint8Array(4 + header.length + size * arrays.length);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  arrays.forEach((array, i) => {
    bytes.set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
      4 + header.length + i * size,
    );
  });
  return bytes;
}

/**
 * Reads what {@link encodeState} wrote.
 *
 * @throws {TypeError} if the bytes are none of it.
 *
 * @example
 * ```ts
 * import { decodeState } from "#lib/training/state.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => decodeState(new Uint8Array(3)), TypeError, "no state of a training");
 * ```
 */
export function decodeState(bytes: Uint8Array): TrainingState {
  const refuse = () => new TypeError(`${bytes.length} bytes are no state of a training`);
  if (bytes.length < 4) throw refuse();
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (4 + length > bytes.length) throw refuse();
  const { format: found, double, moments, length: count, ...rest } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(4, 4 + length)),
  );
  const size = count * (double ? 8 : 4);
  if (found !== format || bytes.length !== 4 + length + size * (1 + moments.length)) throw refuse();
  const read = (place: number): Numbers => {
    const from = 4 + length + place * size;
    const own = bytes.slice(from, from + size).buffer;
    return double ? new Float64Array(own) : new Float32Array(own);
  };
  return {
    parameters: read(0),
    moments: Object.fromEntries(
      (moments as string[]).map((name, place) => [name, read(1 + place)]),
    ),
    ...rest,
  };
}

const format = "basin/training 1";
