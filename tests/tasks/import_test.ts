// The task `import`: axes, trials of unequal length, missing numbers, tables in both forms, matrices, and what is said
// when a file is not what the workflow declares.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { encodeNpy } from "#lib/core/npy.ts";
import task from "#tasks/import.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";

type Raw = Readonly<Record<string, unknown>>;

const bytes = (text: string) => new TextEncoder().encode(text);
const run = (params: Raw, ...files: Uint8Array[]) =>
  runTask(task, params, { data: boundItems(files) });
const trajectories = async (params: Raw, ...files: Uint8Array[]): Promise<Trajectories> =>
  (await run(params, ...files)).trajectories as Trajectories;
const reference = (path: string) =>
  Deno.readFileSync(new URL(`../reference/${path}`, import.meta.url));

function npy(shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  return encodeNpy({ dtype: "f8", shape, data: Float64Array.from(data) });
}

/** 0, 1, 2, … */
function counted(...shape: number[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b, 1);
  return npy(shape, Float64Array.from({ length: size }, (_, i) => i));
}

const refused = (params: Raw, files: Uint8Array[], message: string) =>
  assertRejects(() => run(params, ...files), Error, message);

Deno.test("import brings any order of axes to trial × time × unit", async () => {
  const shape = { trial: 2, time: 4, unit: 3 };
  const entry = (trial: number, time: number, unit: number) => 100 * trial + 10 * time + unit;
  const orders = ["trial,time,unit", "time,unit,trial", "unit,trial,time", "unit,time,trial"];
  for (const order of orders) {
    const dims = order.split(",") as (keyof typeof shape)[];
    const lengths = dims.map((dim) => shape[dim]);
    const data: number[] = [];
    for (let a = 0; a < lengths[0]; a++) {
      for (let b = 0; b < lengths[1]; b++) {
        for (let c = 0; c < lengths[2]; c++) {
          const at = Object.fromEntries(dims.map((dim, i) => [dim, [a, b, c][i]]));
          data.push(entry(at.trial, at.time, at.unit));
        }
      }
    }
    const { states, dt, timeUnit, lengths: ragged } = await trajectories(
      { dims, dt_ms: 20, units: "Hz" },
      npy(lengths, data),
    );
    assertEquals([states.dims, states.shape], [["trial", "time", "unit"], [2, 4, 3]], order);
    assertEquals([states.data[23], states.data[7], states.units], [entry(1, 3, 2), 21, "Hz"]);
    assertEquals([dt, timeUnit, ragged], [20, "ms", undefined]);
  }
});

Deno.test("import adds the axes that are missing, and reads items × features", async () => {
  const shapeOf = async (params: Raw, file: Uint8Array) =>
    (await trajectories(params, file)).states.shape;
  assertEquals(await shapeOf({ dims: ["time", "unit"] }, counted(5, 2)), [1, 5, 2]);
  assertEquals(await shapeOf({ dims: ["item", "feature"] }, counted(5, 2)), [5, 1, 2]);
  assertEquals(await shapeOf({ dims: ["time"] }, counted(5)), [1, 5, 1]);
  assertEquals(await shapeOf({ dims: ["trial", "time"] }, counted(5, 2)), [5, 2, 1]);
  const { dt, timeUnit } = await trajectories({ dims: ["time"] }, counted(5));
  assertEquals([dt, timeUnit], [1, "1"]);
});

Deno.test("import counts the time step between the samples that it keeps", async () => {
  const params = { dims: ["time", "unit"], dt_ms: 5 };
  const step = async (time: unknown) =>
    (await trajectories({ ...params, select: { time } }, counted(12, 1))).dt;
  assertEquals(await step({ every: 3 }), 15);
  assertEquals(await step({ from: 4 }), 5);
  assertEquals(await step([2, 6, 10]), 20);
  assertEquals(await step([7]), 5);
  await refused({ ...params, select: { time: [0, 1, 5] } }, [counted(12, 1)], "equal steps");
  await refused({ ...params, select: { time: [3, 2] } }, [counted(12, 1)], "equal steps");
});

Deno.test("import selects along every axis, and fixes axes of other names", async () => {
  const file = counted(2, 3, 10, 4);
  const dims = ["session", "trial", "time", "unit"];
  const { states, dt } = await trajectories({
    dims,
    dt_ms: 5,
    labels: { unit: ["a", "b", "c", "d"] },
    select: { session: 1, trial: [2, 0], time: { from_ms: 10, to_ms: 30 }, unit: ["d", "a"] },
  }, file);
  assertEquals(states.shape, [2, 4, 2]);
  assertEquals(states.coords?.unit, ["d", "a"]);
  const at = (trial: number, time: number, unit: number) => ((3 + trial) * 10 + time) * 4 + unit;
  assertEquals([...states.data.subarray(0, 4)], [
    at(2, 2, 3),
    at(2, 2, 0),
    at(2, 3, 3),
    at(2, 3, 0),
  ]);
  assertEquals([states.data[8], dt], [at(0, 2, 3), 5]);
  await refused({ dims }, [file], "the axis 'session' of the array session 2 × trial 3 × time 10");
  await refused({ dims, select: { session: 2 } }, [file], "select: {session: 0 … 1}");
  const fixed = { dims, select: { session: 0 } };
  await refused({ ...fixed, select: { session: 0, trial: 3 } }, [file], "trial 3 is not there");
  await refused({ ...fixed, select: { session: 0, unit: ["z"] } }, [file], "unit z is not there");
  await refused({ ...fixed, select: { session: 0, time: { to: 11 } } }, [file], "from 0 to 11");
  await refused({ ...fixed, select: { session: 0, time: { to_ms: 9 } } }, [file], "needs dt_ms");
  await refused(
    { ...fixed, select: { session: 0, place: 1 } },
    [file],
    "'place', but the axes are",
  );
});

Deno.test("import says which axes an array has when dims do not fit", async () => {
  await refused({}, [counted(2, 3)], "the array [2, 3] of the file needs dims");
  await refused(
    { dims: ["trial", "time", "unit"] },
    [counted(2, 3)],
    "has 2 axes, but dims names 3",
  );
  await refused({ dims: ["unit", "neuron"] }, [counted(2, 3)], "name the unit axis twice");
  await refused({ dims: ["time", "unit"] }, [counted(0, 3)], "no time points");
  await refused({ dims: ["time"], dt: 1, dt_ms: 1 }, [counted(2)], "but not both");
});

Deno.test("import joins files and arrays as trials, of unequal lengths too", async () => {
  const dims = ["time", "unit"];
  const both = await trajectories({ dims }, counted(3, 2), counted(2, 2));
  assertEquals(both.lengths, [3, 2]);
  assertEquals([...both.states.data], [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, NaN, NaN]);
  const equal = await trajectories({ dims, equal_length: true }, counted(3, 2), counted(2, 2));
  assertEquals([equal.lengths, equal.states.shape], [undefined, [2, 2, 2]]);
  await refused({ dims }, [counted(3, 2), counted(3, 4)], "file 2 has 4 units");

  const ragged = reference("formats/ragged.npz");
  const all = await trajectories({ dims, array: "trial_*" }, ragged);
  assertEquals(all.lengths, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], "trial_10 comes last");
  const some = await trajectories({ dims, array: ["trial_2", "trial_0"] }, ragged);
  assertEquals(some.lengths, [4, 2]);
  await refused({ dims, array: "run_*" }, [ragged], "no array that begins with 'run_'");
  await refused({ dims }, [ragged], "holds 11 arrays; say which with array: trial_0 [2, 2] <f8");
});

Deno.test("import finds the ends of padded trials: by lengths, or by NaN when asked", async () => {
  const dims = ["trial", "time", "unit"];
  const padded = npy([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, NaN, NaN, NaN, NaN]);
  assertEquals((await trajectories({ dims, nan_padding: true }, padded)).lengths, [3, 1]);
  assertEquals((await trajectories({ dims, lengths: [2, 1] }, padded)).lengths, [2, 1]);
  await refused({ dims, lengths: [2] }, [padded], "1 entries for 2 trials");
  await refused({ dims, lengths: [2, 4] }, [padded], "lengths says 4 for trial 1");
  const named = { dims, array: "rates", lengths: "lengths", labels: { unit: "names" } };
  const { lengths, states } = await trajectories(named, reference("formats/stored.npz"));
  assertEquals([lengths, states.coords?.unit], [[4, 2], ["a", "b", "c"]]);
  const cut = await trajectories(
    { ...named, select: { trial: [1, 0], time: { from: 1 } } },
    reference("formats/stored.npz"),
  );
  assertEquals([cut.lengths, cut.states.shape], [[1, 3], [2, 3, 3]]);
});

Deno.test("import refuses missing numbers, or leaves out their trials", async () => {
  const dims = ["trial", "time", "unit"];
  const holed = npy([3, 2, 1], [1, 2, 3, NaN, 5, Infinity]);
  await refused({ dims }, [holed], "trial 1 holds NaN at time 1, unit 0");
  const { states } = await trajectories(
    { dims, missing: "drop_trials", labels: { trial: ["x", "y", "z"] } },
    holed,
  );
  assertEquals([[...states.data], states.coords?.trial], [[1, 2], ["x"]]);
  await refused(
    { dims, missing: "drop_trials", select: { trial: [1] } },
    [holed],
    "all 1 trials have missing numbers",
  );
});

Deno.test("import reads tables with a column for each unit", async () => {
  const wide = bytes("trial,time_s,a,b\nx,0.0,1,2\nx,0.1,3,4\ny,0.1,7,8\ny,0.0,5,6\ny,0.2,9,10\n");
  const { states, dt, timeUnit, lengths } = await trajectories({}, wide);
  assertEquals([dt, timeUnit, lengths], [100, "ms", [2, 3]]);
  assertEquals(states.coords, { unit: ["a", "b"], trial: ["x", "y"] });
  assertEquals([...states.data.subarray(6)], [5, 6, 7, 8, 9, 10]);
  const one = await trajectories({ columns: { units: ["b"] }, equal_length: true }, wide);
  assertEquals(one.states.shape, [2, 2, 1]);
  await refused({ dt_ms: 5 }, [wide], "advances by 100, but dt_ms says 5");
  await refused(
    { columns: { units: ["c"] } },
    [wide],
    "no column 'c'; its columns are trial, time_s",
  );
  await refused({}, [bytes("time,a\n0,1\n1,2\n3,4\n")], "does not advance by equal steps");
  await refused({}, [bytes("time,a\n0,1\n0,2\n")], "does not advance");
  await refused({}, [bytes("time,a\n0,1\n1,\n")], "trial 0 holds NaN at time 1");
  await refused({}, [bytes("a,area\n1,V1\n")], "if that column is no unit, name those that are");
  await refused({}, [bytes(",a\n0,1\n1,2\n")], "save with index=False");
  const plain = await trajectories({ dt_ms: 2 }, bytes("1,2\n3,4\n5,6\n"));
  assertEquals([plain.states.shape, plain.dt], [[1, 3, 2], 2]);
  const asItems = await trajectories({ dims: ["item", "feature"] }, bytes("1,2\n3,4\n5,6\n"));
  assertEquals(asItems.states.shape, [3, 1, 2]);
});

Deno.test("import reads tables with a row for each number", async () => {
  const long = bytes(
    "trial\ttime\tunit\tvalue\n1\t0\ta\t1\n1\t0\tb\t2\n1\t10\tb\t4\n1\t10\ta\t3\n2\t0\ta\t5\n2\t0\tb\t6\n",
  );
  const { states, lengths, dt } = await trajectories({ dt_ms: 10 }, long);
  assertEquals([lengths, dt], [[2, 1], 10]);
  assertEquals([...states.data.subarray(0, 6)], [1, 2, 3, 4, 5, 6]);
  assertEquals(states.coords, { unit: ["a", "b"], trial: ["1", "2"] });
  const named = { columns: { time: "t", unit: "cell", value: "rate" } };
  const other = await trajectories(named, bytes("t,cell,rate,note\n0,a,1,x\n1,a,2,y\n"));
  assertEquals([...other.states.data], [1, 2]);
  await refused(
    {},
    [bytes("time,unit,value\n0,a,1\n0,a,2\n")],
    "line 3 of the file gives trial ''",
  );
  await refused({}, [bytes("unit,value\na,1\n")], "needs a column with the time");
  await refused(
    {},
    [bytes("time,unit,value\n0,a,1\n0,b,1\n1,a,2\n")],
    "holds NaN at time 1, unit 1",
  );
});

Deno.test("import reads several tables as trials, if their units agree", async () => {
  const both = await trajectories({}, bytes("a,b\n1,2\n3,4\n"), bytes("a,b\n5,6\n"));
  assertEquals([both.lengths, both.states.coords?.unit], [[2, 1], ["a", "b"]]);
  await refused({}, [bytes("a,b\n1,2\n"), bytes("b,a\n1,2\n")], "file 2 has the units b, a");
  await refused({}, [bytes("a,b\n1,2\n"), bytes("a,b\n1,x\n")], "file 2 of 2: line 2, column 'b'");
});

Deno.test("import reads operators from JSON, .npy and named arrays", async () => {
  const operator = async (params: Raw, file: Uint8Array) =>
    (await run({ kind: "operator", ...params }, file)).operator as Operator;
  const pairs = reference("dsa_pairs/dsa_pairs.json");
  const cases = JSON.parse(new TextDecoder().decode(pairs)).cases;
  for (const side of ["A", "B"]) {
    const { matrix, about } = await operator({ array: `cases[5].${side}` }, pairs);
    assertEquals([...matrix.data], cases[5][side].flat());
    assertEquals(matrix.dims, ["target", "source"]);
    assertEquals(about, { rank: cases[5].n, method: "imported", warnings: [] });
  }
  const turned = await operator({ dims: ["source", "target"] }, npy([2, 2], [1, 2, 3, 4]));
  assertEquals([...turned.matrix.data], [1, 3, 2, 4]);
  const stack = await operator(
    { dims: ["session", "target", "source"], select: { session: 1 } },
    counted(2, 2, 2),
  );
  assertEquals([...stack.matrix.data], [4, 5, 6, 7]);
  const npz = zipSync({ "A.npy": npy([1, 1], [2]), "U.npy": npy([3, 1], [1, 2, 3]) }, {
    mtime: "1980-01-01",
  });
  const named = await operator({ arrays: { matrix: "A", modes: "U" } }, npz);
  assertEquals([...named.modes!.data], [1, 2, 3]);
  await refused({ kind: "operator" }, [counted(2, 3)], "[2, 3] of the file is not square");
  await refused({ kind: "operator" }, [counted(2)], "a matrix has two, target × source");
  await refused({ kind: "operator" }, [npy([1, 1], [NaN])], "holds NaN at entry 0");
  await refused({ kind: "operator", arrays: { modes: "U" } }, [npz], "must say where matrix is");
});

Deno.test("import reads A and B from one file or two", async () => {
  const controlled = async (params: Raw, inputs: Readonly<Record<string, Uint8Array>>) =>
    (await runTask(task, { kind: "controlled_operator", ...params }, inputs)).operator;
  const file = reference("dsa/controllability.json");
  const [first] = JSON.parse(new TextDecoder().decode(file)).cases;
  const arrays = { state: "cases[0].A1", input: "cases[0].B1" };
  const { arrays: found, about } = await controlled({ arrays }, { data: file });
  assertEquals([...found.state.data], first.A1.flat());
  assertEquals([...found.input.data], first.B1.flat());
  assertEquals([found.state.dims, found.input.dims], [["target", "source"], ["target", "input"]]);
  assertEquals(about, { rank: 3, method: "imported", warnings: [] });
  const below = { array: "cases[0]", arrays: { state: "A1", input: "B1" } };
  assertEquals((await controlled(below, { data: file })).arrays.input, found.input);
  const two = await controlled({}, { state: counted(2, 2), input: npy([2], [1, 2]) });
  assertEquals([two.arrays.input.shape, two.arrays.output], [[2, 1], undefined]);
  const guessed = bytes('{"A": [[1]], "B": [[1, 2]], "C": [[3], [4]]}');
  assertEquals((await controlled({}, { data: guessed })).arrays.output.shape, [2, 1]);
  const fails = (inputs: Readonly<Record<string, Uint8Array>>, message: string) =>
    assertRejects(() => controlled({}, inputs), Error, message);
  await fails({ state: counted(2, 3), input: counted(2, 1) }, "state must be square");
  await fails({ state: counted(2, 2), input: counted(1, 2) }, "a row for each of the 2 targets");
  await fails({ data: bytes('{"A": [[1]]}') }, "must say where input (B) is");
});

Deno.test("import reads dissimilarities, condensed or square", async () => {
  const rdm = async (params: Raw, file: Uint8Array) =>
    (await run({ kind: "rdm", ...params }, file)).rdm;
  const file = reference("dsa/rdms.json");
  const { rdms } = JSON.parse(new TextDecoder().decode(file));
  const { arrays, about } = await rdm(
    { array: "rdms.X.correlation", measure: "correlation" },
    file,
  );
  assertEquals([...arrays.values.data], rdms.X.correlation);
  assertEquals([about.measure, about.num_items], ["correlation", 12]);
  const square = await rdm({}, npy([3, 3], [0, 1, 2, 1, 0, 3, 2, 3, 0]));
  assertEquals([...square.arrays.values.data], [1, 2, 3]);
  await refused({ kind: "rdm" }, [npy([2, 2], [0, 1, 2, 0])], "is not symmetric: [0, 1] is 1");
  await refused({ kind: "rdm" }, [npy([2, 2], [1, 0, 0, 1])], "has 1 on its diagonal");
  await refused({ kind: "rdm" }, [counted(4)], "is no rdm");
});

Deno.test("import reads tables and named arrays", async () => {
  const table = async (params: Raw, file: Uint8Array) =>
    (await run({ kind: "table", ...params }, file)).table;
  const csv = await table({}, bytes("area,rate,ok\nV1,1.5,True\nn/a,,false\n"));
  assertEquals(csv.columns.map(({ type }: { type: string }) => type), [
    "string",
    "number",
    "boolean",
  ]);
  assertEquals(csv.rows, [["V1", 1.5, true], [null, null, false]]);
  const pairs = await table({ array: "cases" }, reference("dsa_pairs/dsa_pairs.json"));
  assertEquals(pairs.rows.length, 28);
  assert(pairs.columns.some(({ name }: { name: string }) => name === "best_known_angle"));
  const npz = await table({ array: ["lengths"] }, reference("formats/stored.npz"));
  assertEquals(npz.rows, [[4], [2]]);
  await refused({ kind: "table" }, [bytes('{"a": 1}')], "is no list of objects");

  const { arrays } = await run({ kind: "arrays" }, bytes('{"a": {"b c": [[1, 2]]}, "d": [3, 4]}'));
  assertEquals(Object.keys(arrays.arrays), ["a_b_c", "d"]);
  assertEquals(arrays.arrays.a_b_c.dims, ["axis0", "axis1"]);
});

Deno.test("import reads HDF5, closing one file before the next", async () => {
  const file = reference("formats/types.h5");
  const params = { array: "recording/session_1/rates", dims: ["trial", "time", "unit"], dt_ms: 20 };
  const { states } = await trajectories(params, file, file);
  assertEquals(states.shape, [4, 4, 3]);
  assertEquals([...states.data.subarray(24, 27)], [-1.25, -1, -0.75]);
  const matlab = await trajectories(
    { array: "rates", dims: ["unit", "time", "trial"] },
    reference("formats/matlab_73.mat"),
  );
  assertEquals(matlab.states.data, states.data.subarray(0, 24));
  await refused({ ...params, array: "f2x" }, [file], "no array 'f2x'; did you mean 'f2'?");
});

Deno.test("import takes labels by any name of an axis, and refuses those of an axis that keeps none", async () => {
  const dims = ["time", "neuron"];
  const { states } = await trajectories(
    { dims, labels: { neuron: ["a", "b", "c"] } },
    counted(4, 3),
  );
  assertEquals(states.coords, { unit: ["a", "b", "c"] });
  for (const axis of ["time", "neurons"]) {
    await refused({ dims, labels: { [axis]: ["a"] } }, [counted(4, 3)], `the axis '${axis}'`);
  }
  const twice = { unit: ["a", "b", "c"], neuron: ["d", "e", "f"] };
  await refused({ dims, labels: twice }, [counted(4, 3)], "twice");
});

Deno.test("import tells data without trials from data whose trials all miss numbers", async () => {
  const params = { dims: ["trial", "time", "unit"], missing: "drop_trials" };
  await refused(params, [npy([0, 4, 3], [])], "the data have no trials");
  await refused(
    params,
    [npy([1, 1, 2], [1, NaN])],
    "none is left of trial × time × unit [1, …, 2]",
  );
});
