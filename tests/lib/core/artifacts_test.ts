// Artifact types: equal values give equal files, files give the value back, and what is incomplete is refused.

import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  type ArtifactType,
  digestOfArtifact,
  type Files,
  readTensor,
  tensorFiles,
} from "#lib/core/artifact.ts";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { commonRank } from "#lib/core/artifacts/common_rank.ts";
import { figure } from "#lib/core/artifacts/figure.ts";
import { file } from "#lib/core/artifacts/file.ts";
import { generatorStates } from "#lib/core/artifacts/generator.ts";
import { operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { tableOf } from "#lib/core/table.ts";
import { requireDims, tensor } from "#lib/core/tensor.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];
const draw = (length: number, index: number) =>
  randomStream(seed, "tests/artifacts").normal(new Float64Array(length), index) as Float64Array;

/** Two different values of each type. */
// deno-lint-ignore no-explicit-any
const values: readonly (readonly [ArtifactType<any>, () => unknown, () => unknown])[] = [
  [trajectories, () => states(2, 3, 4, "ms"), () => states(2, 3, 4, "1")],
  [operator, () => someOperator(3, 0), () => someOperator(3, 1e-9)],
  [table, () => tableOf([{ a: 1, b: "é" }]), () => tableOf([{ a: 1, b: "e\u0301" }])],
  [
    figure,
    () => ({ svg: "<svg>é</svg>", png: Uint8Array.of(1, 0), spec: { mark: NaN }, caption: "n" }),
    () => ({ svg: "<svg>é</svg>", png: Uint8Array.of(1, 0), spec: { mark: -0 }, caption: "n" }),
  ],
  [
    commonRank,
    () => ({ rank: 3, threshold: 1e-3, counts: [3, 4] }),
    () => ({ rank: 3, threshold: 1e-3, counts: [4, 3] }),
  ],
  [file, () => Uint8Array.of(1, 2, 3), () => new Uint8Array(0)],
  [generatorStates, () => blocks({ seed: 1 }), () => blocks({ seed: -0 })],
  [arraysOf("anything"), () => ({ arrays: {}, about: {} }), () => blocks({})],
];

for (const [type, first, second] of values) {
  Deno.test(`${type.kind} artifacts come back from their files, byte for byte`, () => {
    for (const make of [first, second]) {
      const files = type.encode(make());
      assertEquals(type.decode(files), make(), `seed ${seed}`);
      assertEquals(type.encode(type.decode(files)), files);
      assertEquals(type.encode(make()), files, "equal values, equal bytes");
      assert(Object.keys(files).every((name) => /^[a-z][a-z0-9_.]*$/.test(name)));
      const shuffled = Object.fromEntries(Object.entries(files).reverse());
      assertEquals(digestOfArtifact(type.kind, shuffled), digestOfArtifact(type.kind, files));
    }
    assertNotEquals(
      digestOfArtifact(type.kind, type.encode(first())),
      digestOfArtifact(type.kind, type.encode(second())),
    );
  });

  Deno.test(`${type.kind} artifacts that lack a file are refused by its name`, () => {
    const files = type.encode(first());
    for (const name of Object.keys(files)) {
      const { [name]: _gone, ...rest } = files;
      const error = assertThrows(() => type.decode(rest), TypeError, "lacks");
      assert(error.message.includes(name) || name.endsWith(".npy"), error.message);
    }
  });
}

Deno.test("trajectories refuse axes in another order, when written and when read", () => {
  const swapped = tensor(["time", "trial", "unit"], [3, 2, 1], draw(6, 0));
  const value = { states: swapped, dt: 1, timeUnit: "ms" as const };
  assertThrows(() => trajectories.encode(value), TypeError, "another order");
  assertThrows(
    () => trajectories.decode(tensorFiles("states", swapped)),
    TypeError,
    "another order",
  );
  assertThrows(() => requireDims(swapped, ["trial", "time"], "states"), TypeError, "states");
});

Deno.test("readTensor() refuses a sidecar that does not fit its array", () => {
  const files = tensorFiles("x", tensor(["a", "b"], [2, 1], draw(2, 1)));
  const other = tensorFiles("x", tensor(["a"], [2], draw(2, 1)));
  const mixed: Files = { "x.npy": files["x.npy"], "x.json": other["x.json"] };
  assertThrows(() => readTensor(mixed, "x"), TypeError, "x.json names the axes");
});

Deno.test("tensorFiles() keeps units, labels and sidecar; axes in it cannot be overruled", () => {
  const value = tensor(["unit"], [2], Float32Array.of(1, 2), {
    units: "Hz",
    coords: { unit: ["x", "y"] },
  });
  const read = readTensor(tensorFiles("rates", value, { dims: "wrong", note: NaN }), "rates");
  assertEquals(read.tensor, value);
  assertEquals(read.sidecar.note, NaN);
});

Deno.test("arraysOf() refuses an array whose sidecar would replace what is said about it", () => {
  const value = { arrays: { about: tensor(["a"], [1], draw(1, 2)) }, about: {} };
  assertThrows(() => arraysOf("any").encode(value), TypeError, "about");
});

Deno.test("tensor() refuses shapes that do not fit", () => {
  assertThrows(() => tensor(["a"], [2, 3], draw(6, 3)), RangeError, "1 axis names");
  assertThrows(() => tensor(["a", "b"], [2, 4], draw(6, 3)), RangeError, "needs 8");
  assertEquals(tensor([], [], Uint8Array.of(1)).dtype, "u1");
});

function states(numTrials: number, numTime: number, numUnits: number, timeUnit: "ms" | "1") {
  const shape = [numTrials, numTime, numUnits];
  const data = draw(numTrials * numTime * numUnits, 4);
  data[0] = NaN;
  data[1] = -0;
  return {
    states: tensor(["trial", "time", "unit"], shape, data, {
      coords: { unit: Array.from({ length: numUnits }, (_, i) => `u${i}`) },
    }),
    dt: 0.1,
    timeUnit,
  };
}

function someOperator(n: number, ridge: number) {
  const square = (rows: string, columns: string, index: number) =>
    tensor([rows, columns], [n, n], draw(n * n, index));
  return {
    matrix: square("target", "source", 5),
    auto: square("row", "column", 6),
    cross: square("row", "column", 7),
    singularValues: tensor(["component"], [n + 2], draw(n + 2, 8)),
    about: { rank: n, ridge, warnings: ["é"], conditioning: Infinity },
  };
}

function blocks(about: Record<string, unknown>) {
  return { arrays: { states: tensor(["block", "word"], [1, 3], draw(3, 9)) }, about };
}
