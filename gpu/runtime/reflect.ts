// Reads from a shader what the engine must know: its bindings, where each uniform lies, its override constants, its
// entry point and the size of a workgroup. Nothing of this is written a second time anywhere.
// Refuses what Basin's shaders must not use. Leaves out whether the shader is right: the driver's compiler says that.

import { EngineError } from "#lib/core/engine.ts";
import { maxStorageBuffers } from "./adapter.ts";
import type { ProcessedShader } from "./preprocess.ts";
import { type Declarations, parseDeclarations } from "./wgsl_declarations.ts";
import { evaluate } from "./wgsl_expressions.ts";
import { type Scalar, scalarSlots, sizeOf, strideOf, type WgslType } from "./wgsl_types.ts";

/** A storage buffer of a shader. */
export interface BufferBinding {
  readonly name: string;
  readonly binding: number;
  readonly access: "read" | "read_write";
  /** What all its scalars are; `mixed` where a struct mixes them. */
  readonly scalar: Scalar | "mixed";
  /** Bytes of one element of its array, or of all of it if it is no array. */
  readonly stride: number;
  /** Bytes that must be bound at least. */
  readonly minBytes: number;
}

/** One number in the uniform buffer. */
export interface UniformSlot {
  /** The member's name; `name.x` inside a vector, `name[2].x` inside an array of vectors. */
  readonly name: string;
  readonly scalar: Scalar;
  /** In bytes. */
  readonly offset: number;
}

/** The uniform buffer of a shader. Members whose name begins with `_` are padding: no slots, always zero. */
export interface UniformBinding {
  readonly name: string;
  readonly binding: number;
  readonly bytes: number;
  readonly slots: readonly UniformSlot[];
}

/** An override constant. */
export interface OverrideConstant {
  readonly name: string;
  /** Its name for WebGPU: the number of its `@id`, or its own. */
  readonly key: string;
  /** Whether the shader gives it no value of its own. */
  readonly required: boolean;
}

/** What a shader declares. */
export interface Reflection {
  readonly entryPoint: string;
  readonly buffers: readonly BufferBinding[];
  readonly uniforms: UniformBinding | undefined;
  readonly overrides: readonly OverrideConstant[];
  /** Size of a workgroup, with these values of the override constants. */
  workgroupSize(
    overrides?: Readonly<Record<string, number>>,
  ): readonly [number, number, number];
  /** Bytes of workgroup memory that it declares, likewise. */
  workgroupBytes(overrides?: Readonly<Record<string, number>>): number;
}

/**
 * What a shader declares. All bindings lie in `@group(0)`; there is one uniform buffer at most, and one entry point.
 *
 * @throws {EngineError} if the shader breaks a rule: subgroups, f16 and other extensions, more than 8 storage buffers,
 * textures, a second group, a second uniform buffer or entry point.
 *
 * @example
 * ```ts
 * import { preprocess } from "#gpu/runtime/preprocess.ts";
 * import { reflect } from "#gpu/runtime/reflect.ts";
 * import { assertEquals } from "@std/assert";
 * const { buffers, uniforms, workgroupSize } = reflect(preprocess({
 *   name: "scale",
 *   fragments: {},
 *   source: `struct Params { num: u32, factor: f32 }
 *     @group(0) @binding(0) var<uniform> params: Params;
 *     @group(0) @binding(1) var<storage, read_write> x: array<f32>;
 *     override width: u32 = 64u;
 *     @compute @workgroup_size(width) fn main(@builtin(global_invocation_id) id: vec3u) {
 *       if (id.x < params.num) { x[id.x] *= params.factor; }
 *     }`,
 * }));
 * assertEquals(buffers.map(({ name, access }) => `${name} ${access}`), ["x read_write"]);
 * assertEquals(uniforms?.slots[1], { name: "factor", scalar: "f32", offset: 4 });
 * assertEquals(workgroupSize({ width: 8 }), [8, 1, 1]);
 * ```
 */
export function reflect(shader: ProcessedShader): Reflection {
  const declared = parseDeclarations(shader);
  const refuse = (line: number, message: string): never => {
    const { file, line: row } = shader.lines[line - 1] ?? { file: shader.name, line };
    throw new EngineError(`${file}:${row}: ${message}`);
  };
  for (const { text, line } of declared.extensions) {
    refuse(line, `\`${text}\`: kernels use no extensions, since not every adapter has them`);
  }
  const buffers: BufferBinding[] = [];
  const uniform: UniformBinding[] = [];
  const taken = new Set<number>();
  for (const { name, space, access, type, group, binding, line } of declared.variables) {
    if (binding === undefined && group === undefined) continue;
    if (group !== 0) refuse(line, `\`${name}\` must be in @group(0), not in @group(${group})`);
    if (binding === undefined) return refuse(line, `\`${name}\` has a @group but no @binding`);
    if (taken.has(binding)) refuse(line, `@binding(${binding}) is taken twice`);
    taken.add(binding);
    const other = firstOther(type);
    if (other !== undefined) refuse(line, `\`${name}\`: ${other} is nothing that a buffer holds`);
    if (space === "uniform") uniform.push(uniformBinding(name, binding, type));
    else if (space === "storage") buffers.push(bufferBinding(name, binding, access, type));
    else refuse(line, `\`${name}\` is neither storage nor uniform`);
    if (uniform.length > 1) refuse(line, "a kernel has one uniform buffer at most");
    if (buffers.length > maxStorageBuffers) {
      refuse(line, `more than ${maxStorageBuffers} storage buffers: not every adapter has them`);
    }
  }
  const [entry, second] = declared.entryPoints;
  if (entry === undefined) {
    throw new EngineError(`${shader.lines[0].file}: no function is marked @compute`);
  }
  if (second !== undefined) {
    refuse(second.line, `\`${second.name}\` is a second @compute function after \`${entry.name}\``);
  }
  const overrides = declared.overrides.map(({ name, key, value }) => ({
    name,
    key,
    required: value === undefined,
  }));
  return {
    entryPoint: entry.name,
    buffers: buffers.sort((a, b) => a.binding - b.binding),
    uniforms: uniform[0],
    overrides,
    workgroupSize(values = {}) {
      const [x, y = 1, z = 1] = entry.workgroupSize.map((expression) =>
        evaluate(expression, (name) => lookup(name, declared, values))
      );
      return [x, y, z];
    },
    workgroupBytes: (values = {}) =>
      declared.variables.reduce((all, { workgroupBytes }) => {
        const bytes = workgroupBytes?.((name) => lookup(name, declared, values)) ?? 0;
        return all + Math.ceil(bytes / 16) * 16;
      }, 0),
  };
}

function bufferBinding(
  name: string,
  binding: number,
  access: "read" | "read_write",
  type: WgslType,
): BufferBinding {
  const element = type.kind === "array" ? type.element : type;
  const scalars = new Set(scalarSlots(element).map(({ scalar }) => scalar));
  return {
    name,
    binding,
    access,
    scalar: scalars.size === 1 ? [...scalars][0] : "mixed",
    stride: strideOf(element),
    minBytes: type.kind === "array" && type.length === undefined ? strideOf(element) : sizeOf(type),
  };
}

function uniformBinding(name: string, binding: number, type: WgslType): UniformBinding {
  const slots = scalarSlots(type).map(({ path, scalar, offset }) => ({
    name: path.startsWith(".") ? path.slice(1) : name + path,
    scalar,
    offset,
  }));
  return {
    name,
    binding,
    bytes: Math.ceil(sizeOf(type) / 16) * 16,
    slots: slots.filter((slot) => !slot.name.startsWith("_")),
  };
}

/** A type inside that no buffer can hold, as text. */
function firstOther(type: WgslType): string | undefined {
  switch (type.kind) {
    case "bool":
      return "bool";
    case "other":
      return type.text;
    case "array":
      return firstOther(type.element);
    case "struct":
      return type.members.map((member) => firstOther(member.type)).find((text) =>
        text !== undefined
      );
    default:
      return undefined;
  }
}

function lookup(
  name: string,
  declared: Declarations,
  overrides: Readonly<Record<string, number>>,
): number | undefined {
  if (Object.hasOwn(overrides, name)) return overrides[name];
  const value = declared.constants.get(name) ??
    declared.overrides.find((override) => override.name === name)?.value;
  return value && evaluate(value, (other) => lookup(other, declared, overrides));
}
