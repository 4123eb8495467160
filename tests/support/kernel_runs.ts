// Runs the cases of kernels on an engine and compares them with the twin. For the conformance suite, and for tests of
// kernels that are made rather than listed.

import { assert, assertEquals } from "@std/assert";
import { preprocess } from "#gpu/runtime/preprocess.ts";
import { reflect } from "#gpu/runtime/reflect.ts";
import type { Engine, EngineArray } from "#lib/core/engine.ts";
import type { Kernel, KernelCase, Tolerance } from "#lib/core/kernel.ts";

type Contents = Readonly<Record<string, EngineArray>>;
type AnyCase = KernelCase<string, string>;

/** Buffers that the shader may write. */
export function writtenBuffers(kernel: Kernel): readonly string[] {
  return reflect(preprocess(kernel)).buffers
    .filter(({ access }) => access === "read_write")
    .map(({ name }) => name);
}

/** All buffers after a dispatch on fresh ones. */
export async function runCase(
  engine: Engine,
  kernel: Kernel,
  { uniforms }: Pick<AnyCase, "uniforms">,
  contents: Contents,
): Promise<Contents> {
  const buffers = Object.entries(contents).map(([name, data]) =>
    [name, engine.upload(data)] as const
  );
  try {
    engine.dispatch(kernel, Object.fromEntries(buffers), uniforms);
    // All at once: every wait for a GPU takes some ten milliseconds.
    const after = buffers.map(async ([name, buffer]) =>
      [name, await engine.download(buffer)] as const
    );
    return Object.fromEntries(await Promise.all(after));
  } finally {
    for (const [, buffer] of buffers) buffer[Symbol.dispose]();
  }
}

/** What the twin makes of the contents. */
export function runTwin(
  kernel: Kernel,
  { uniforms }: Pick<AnyCase, "uniforms">,
  contents: Contents,
): Contents {
  const buffers = Object.fromEntries(
    Object.entries(contents).map(([name, data]) => [
      name,
      data instanceof Uint32Array ? data.slice() : Float64Array.from(data),
    ]),
  );
  kernel.twin(buffers, uniforms);
  return buffers;
}

/** Not `NaN`: a result made of that could not be told from a place that nobody wrote. */
const rubbishNumber = Math.fround(-1.2345e30);
const rubbishWord = 0xdeadbeef;

/**
 * The contents of a case with rubbish in every buffer whose former contents its twin does not use: engines hand over
 * buffers that others used before. Rubbish stays where nothing is written.
 */
export function dirtied(kernel: Kernel, one: AnyCase, expected: Contents): Contents {
  const contents: Record<string, EngineArray> = { ...one.buffers };
  for (const name of writtenBuffers(kernel)) {
    const data = contents[name];
    const rubbish = data instanceof Uint32Array
      ? new Uint32Array(data.length).fill(rubbishWord)
      : new Float32Array(data.length).fill(rubbishNumber);
    let made: Contents;
    try {
      made = runTwin(kernel, one, { ...one.buffers, [name]: rubbish });
    } catch {
      continue;
    }
    const isUnused = Object.entries(made).every(([key, values]) =>
      values.every((value: number, i: number) =>
        Object.is(value, expected[key][i]) || value === expected[key][i] ||
        (key === name && value === rubbish[i])
      )
    );
    if (isUnused) contents[name] = rubbish;
  }
  return contents;
}

/**
 * Compares all buffers: those that are written with the twin's, the others with what they were. Where the twin leaves
 * rubbish, a kernel may have worked with the place.
 */
export function assertAgrees(
  kernel: Kernel,
  one: AnyCase,
  before: Contents,
  after: Contents,
  expected: Contents,
): void {
  const written = writtenBuffers(kernel);
  for (const [name, data] of Object.entries(after)) {
    const where = `${kernel.name}, ${one.label}, buffer '${name}'`;
    if (!written.includes(name)) {
      assert(isSame(data, Float64Array.from(before[name])), `${where} was only to be read`);
    } else {
      assertClose(data, expected[name], one.tolerance ?? kernel.tolerance, where);
    }
  }
}

function assertClose(
  actual: EngineArray,
  expected: EngineArray,
  { abs, rel }: Tolerance,
  where: string,
): void {
  assertEquals(actual.length, expected.length, where);
  const isWords = expected instanceof Uint32Array;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual[i], expected[i]];
    if (Object.is(a, b) || a === b || b === (isWords ? rubbishWord : rubbishNumber)) continue;
    const distance = Math.abs(a - b);
    if (!isWords && distance <= abs + rel * Math.abs(b)) continue;
    throw new Error(
      `${where}: element ${i} of ${expected.length} is ${a}, its twin says ${b} ` +
        `(${distance} apart, ${isWords ? 0 : abs + rel * Math.abs(b)} allowed)`,
    );
  }
}

/** Equal numbers everywhere, `NaN` where there is `NaN`. */
export function isSame(a: EngineArray, b: EngineArray): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  }
  return true;
}

/** Where a denormal number of f32 stands, or -1. */
export function denormalIn(data: EngineArray): number {
  if (data instanceof Uint32Array) return -1;
  return data.findIndex((value: number) => value !== 0 && Math.abs(value) < 2 ** -126);
}
