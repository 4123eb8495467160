// What every engine checks before it does anything, so that a mistake reads the same on all of them: buffers of the
// right engine, type and length, a kernel's buffers and uniforms all given.

import type { ElementType, EngineArray, EngineBuffer } from "../../lib/core/engine.ts";
import type { Kernel } from "../../lib/core/kernel.ts";

/**
 * The element type that data is kept as.
 *
 * @example
 * ```ts
 * import { typeOfData } from "#gpu/runtime/checks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(typeOfData(new Float64Array(1)), "f32");
 * assertEquals(typeOfData(new Uint32Array(1)), "u32");
 * ```
 */
export function typeOfData(data: EngineArray): ElementType {
  return data instanceof Uint32Array ? "u32" : "f32";
}

/**
 * Checks the length of a new buffer.
 *
 * @throws {RangeError} if it is no number of elements
 *
 * @example
 * ```ts
 * import { checkLength } from "#gpu/runtime/checks.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => checkLength(1.5), RangeError, "1.5");
 * ```
 */
export function checkLength(length: number): void {
  if (Number.isSafeInteger(length) && length >= 0) return;
  throw new RangeError(`Cannot allocate a buffer of ${length} elements: not a number of elements`);
}

/**
 * Checks that a stretch of elements lies inside a buffer.
 *
 * @throws {RangeError} if not
 *
 * @example
 * ```ts
 * import { checkRange } from "#gpu/runtime/checks.ts";
 * import { assertThrows } from "@std/assert";
 * checkRange("write", 4, 2, 2);
 * assertThrows(() => checkRange("write", 4, 3, 2), RangeError, "elements 3 to 5 of a buffer of 4");
 * ```
 */
export function checkRange(verb: string, bufferLength: number, at: number, length: number): void {
  const isInside = Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 &&
    length >= 0 && at + length <= bufferLength;
  if (isInside) return;
  throw new RangeError(
    `Cannot ${verb} elements ${at} to ${at + length} of a buffer of ${bufferLength}`,
  );
}

/**
 * Checks that data fits the type of a buffer.
 *
 * @throws {TypeError} if words meet numbers
 *
 * @example
 * ```ts
 * import { checkType } from "#gpu/runtime/checks.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => checkType("u32", new Float32Array(1)), TypeError, "f32 data to a buffer of u32");
 * ```
 */
export function checkType(type: ElementType, data: EngineArray): void {
  if (typeOfData(data) === type) return;
  throw new TypeError(`Cannot write ${typeOfData(data)} data to a buffer of ${type}`);
}

/**
 * Checks that a dispatch gives no buffer that the kernel does not have, and a number for each of its uniforms.
 *
 * @throws {TypeError} if not
 *
 * @example
 * ```ts
 * import { checkGiven } from "#gpu/runtime/checks.ts";
 * import { assertThrows } from "@std/assert";
 * const has = { buffers: ["x"], uniforms: ["num"] };
 * checkGiven("scale", has, { x: 1 }, { num: 3 });
 * assertThrows(() => checkGiven("scale", has, { y: 1 }, { num: 3 }), TypeError, "no buffer 'y'");
 * assertThrows(() => checkGiven("scale", has, {}, {}), TypeError, "its uniform 'num' is undefined");
 * ```
 */
export function checkGiven(
  kernel: string,
  has: { readonly buffers: readonly string[]; readonly uniforms: readonly string[] },
  buffers: Readonly<Record<string, unknown>>,
  uniforms: Readonly<Record<string, number>>,
): void {
  const refuse = (what: string) => new TypeError(`Cannot dispatch the kernel '${kernel}': ${what}`);
  for (const key of Object.keys(buffers)) {
    if (!has.buffers.includes(key)) throw refuse(`it has no buffer '${key}'`);
  }
  for (const key of has.uniforms) {
    const value = uniforms[key];
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw refuse(`its uniform '${key}' is ${value}; a number is wanted`);
    }
  }
}

/**
 * The buffers of a dispatch in the order of their names, each proven to be of the engine.
 *
 * @throws {TypeError} if one is missing, foreign or disposed of, or a uniform is missing or not a number
 *
 * @example
 * ```ts ignore
 * const [x, y] = checkDispatch(kernel, buffers, uniforms, (buffer) => buffer instanceof MyBuffer);
 * ```
 */
export function checkDispatch<T extends EngineBuffer>(
  { name, wasm }: Pick<Kernel, "name" | "wasm">,
  buffers: Readonly<Record<string, EngineBuffer>>,
  uniforms: Readonly<Record<string, number>>,
  isOwn: (buffer: EngineBuffer) => buffer is T,
): readonly T[] {
  const refuse = (what: string) => new TypeError(`Cannot dispatch the kernel '${name}': ${what}`);
  checkGiven(name, wasm, buffers, uniforms);
  return wasm.buffers.map((key) => {
    const buffer = buffers[key];
    if (buffer === undefined) throw refuse(`its buffer '${key}' is missing`);
    if (!isOwn(buffer)) throw refuse(`its buffer '${key}' was disposed of or is another engine's`);
    return buffer;
  });
}
