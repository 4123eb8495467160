// Writes the numbers of a dispatch into its place in a uniform buffer.

import type { UniformBinding } from "./reflect.ts";

/**
 * Writes uniforms at `offset` of `view`, little endian. What the shader does not declare is left out.
 *
 * @throws {TypeError} if one is missing, or does not fit its type.
 *
 * @example
 * ```ts
 * import { writeUniforms } from "#gpu/runtime/uniforms.ts";
 * import { assertEquals } from "@std/assert";
 * const view = new DataView(new ArrayBuffer(16));
 * const slots = [{ name: "num", scalar: "u32", offset: 4 }] as const;
 * writeUniforms(view, 0, { name: "params", binding: 0, bytes: 16, slots }, { num: 7 }, "scale");
 * assertEquals(view.getUint32(4, true), 7);
 * ```
 */
export function writeUniforms(
  view: DataView,
  offset: number,
  { slots }: UniformBinding,
  values: Readonly<Record<string, number>>,
  kernel: string,
): void {
  for (const { name, scalar, offset: inside } of slots) {
    const value = values[name];
    if (typeof value !== "number" || Number.isNaN(value)) {
      throw new TypeError(`${refusal(kernel, name)} is ${value}; a number is wanted`);
    }
    const at = offset + inside;
    if (scalar === "f32") {
      view.setFloat32(at, value, true);
    } else if (!Number.isInteger(value) || value < lowest[scalar] || value > highest[scalar]) {
      throw new TypeError(`${refusal(kernel, name)} is ${value}; ${scalar} is wanted`);
    } else if (scalar === "u32") {
      view.setUint32(at, value, true);
    } else {
      view.setInt32(at, value, true);
    }
  }
}

function refusal(kernel: string, name: string): string {
  return `Cannot dispatch the kernel '${kernel}': its uniform '${name}'`;
}

const lowest = { u32: 0, i32: -(2 ** 31) } as const;
const highest = { u32: 2 ** 32 - 1, i32: 2 ** 31 - 1 } as const;
