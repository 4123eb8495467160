// The parts of an export: ids, names, tables bound to one, layouts, weights, fixed points.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Network } from "#lib/core/artifacts/network.ts";
import { decodeNpy, encodeNpy } from "#lib/core/npy.ts";
import { randomStream } from "#lib/core/random.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { keptApart } from "#lib/export/array_files.ts";
import { bindTables } from "#lib/export/bind_tables.ts";
import { contentsOf } from "#lib/export/contents.ts";
import { ExportFiles } from "#lib/export/export_files.ts";
import type { ExportedRun } from "#lib/export/exported_run.ts";
import { inheritedFacts } from "#lib/export/facts.ts";
import { fixedPointArrays, fixedPointFields } from "#lib/export/fixed_points.ts";
import { Hdf5Files } from "#lib/export/hdf5_files.ts";
import { memberPlace } from "#lib/export/member_id.ts";
import { partName, PathClaims } from "#lib/export/names.ts";
import { neurogymArrays } from "#lib/export/neurogym.ts";
import { refusal } from "#lib/export/refusal.ts";
import { stagesTable } from "#lib/export/stages_table.ts";
import { weightsOf } from "#lib/export/weights.ts";
import { openHdf5 } from "#lib/formats/hdf5.ts";
import { readNpyHeader } from "#lib/formats/npy.ts";
import { idText } from "#lib/workflow/axis.ts";
import { withSeed } from "#tests/support/with_seed.ts";

Deno.test("memberPlace() reads back every id that axes can make", () =>
  withSeed((draw) => {
    const alphabet = [
      "a",
      "Z",
      "0",
      ".",
      "-",
      "+",
      "_",
      ",",
      "=",
      '"',
      "]",
      "[",
      "\\",
      " ",
      "日",
      "\n",
    ];
    const text = () =>
      Array.from({ length: 1 + draw(6) }, () => alphabet[draw(alphabet.length)]).join("");
    for (let n = 0; n < 200; n++) {
      const coords: Record<string, string | number | boolean> = {};
      for (let axis = 0; axis < draw(4); axis++) {
        const value = [text(), draw(1000) / 8, -draw(9), draw(2) === 0][draw(4)];
        // A text that looks like a number or a truth value cannot be told from one.
        const looks = typeof value === "string" &&
          (value === String(Number(value)) || /^(true|false)$/.test(value));
        coords[`axis_${axis}`] = looks ? "x" : Object.is(value, -0) ? 0 : value;
      }
      const parts = Object.entries(coords).map(([axis, value]) => `${axis}=${idText(value)}`);
      const id = parts.length === 0 ? "fit" : `fit[${parts.join(",")}]`;
      assertEquals(memberPlace(id), { stage: "fit", coords }, id);
    }
    return Promise.resolve();
  }));

Deno.test("memberPlace() takes odd ids for stages without axes", () => {
  for (const id of ["a[", "a[x", "]", "[]", ""]) assertEquals(memberPlace(id).coords, {});
  assertEquals(memberPlace("a[5]"), { stage: "a", coords: { member: 5 } });
});

Deno.test("partName() and keptApart() make names that every file system keeps apart", () => {
  const hostile = [
    "..",
    "../../etc/passwd",
    "a/b",
    "a\\b",
    "con:",
    "x".repeat(300),
    "",
    ".",
    "a b",
    "日本",
    "\0",
  ];
  const names = hostile.map(partName);
  for (const name of names) {
    assertMatch(name, /^[A-Za-z0-9_+~-]{1,30}$/);
    assert(!name.includes(".."));
  }
  assertEquals(new Set(names).size, names.length);
  const kept = keptApart(["w", "W", "w_rec", "W_REC", "b"]);
  assertEquals(new Set(kept.map((name) => name.toLowerCase())).size, 5);
  assertEquals(kept[4], "b");
});

Deno.test("PathClaims keeps equal paths apart by what they are for, and those that differ in case", () => {
  const names = () => {
    const claims = new PathClaims();
    return [["a/x", "one"], ["A/X", "two"], ["a/x", "three"], ["a/x", "three"]].map(([stem, of]) =>
      claims.claim(stem, [".npy", ".json"], of)
    );
  };
  assertEquals(names()[0], "a/x");
  assertEquals(new Set(names().map((name) => name.toLowerCase())).size, 4);
  assertEquals(names(), names());
});

const types = ({ columns }: Table) => columns.map(({ name, type }) => `${name}:${type}`);

Deno.test("bindTables() gives a column a unit and a meaning only where all members do", () => {
  const member = (metric: string, value: number | null, unit: string, description: string) => ({
    coords: { metric },
    table: tableOf([{ value, n: 3 }], { value: { unit, description }, n: { unit: "trials" } }),
  });
  const alike = bindTables([member("cka", 1, "rad", "angle"), member("dsa", 2, "rad", "angle")])!;
  assertEquals(alike.columns.map(({ name }) => name), ["metric", "value", "n"]);
  assertEquals(alike.columns[1].unit, "rad");
  assertEquals(alike.columns[1].description, "angle");
  const differ = bindTables([
    member("cka", 1, "π/2 rad", "angle of CKA"),
    member("dsa", 2, "rad", "angle of DSA"),
  ])!;
  assertEquals(differ.columns.map(({ name }) => name), ["metric", "value", "n", "value_unit"]);
  assertEquals(differ.columns[1], { name: "value", type: "number" });
  assertEquals(differ.columns[2].unit, "trials");
  assertEquals(differ.rows, [["cka", 1, 3, "π/2 rad"], ["dsa", 2, 3, "rad"]]);
  // A member without a single number takes no unit from the others.
  const empty = bindTables([
    member("cka", 1, "rad", "angle"),
    {
      coords: { metric: "x" },
      table: { columns: [{ name: "value", type: "string" }], rows: [[null]] },
    },
  ])!;
  assertEquals(empty.columns[1].unit, "rad");
});

Deno.test("bindTables() keeps coordinates beside columns of the same name, unless these say the same", () => {
  const rows = (metric: string, value: number) => tableOf([{ metric, value, seed: "s" }]);
  const bound = bindTables([
    { coords: { metric: "dsa", seed: 0 }, table: rows("dsa", 1) },
    { coords: { metric: "cka", seed: 1 }, table: rows("cka", 2) },
  ])!;
  assertEquals(types(bound), ["axis_seed:number", "metric:string", "value:number", "seed:string"]);
  assertEquals(bound.rows, [[0, "dsa", 1, "s"], [1, "cka", 2, "s"]]);
});

Deno.test("bindTables() takes columns that are empty in one member for whatever they are in others", () => {
  const bound = bindTables([
    { coords: {}, table: tableOf([{ a: null, b: 1 }]) },
    { coords: { x: true }, table: tableOf([{ b: 2, a: 0.5 }, { b: 3, a: null }]) },
    { coords: { x: "odd" }, table: tableOf([]) },
  ])!;
  assertEquals(types(bound), ["x:string", "a:number", "b:number"]);
  assertEquals(bound.rows, [[null, null, 1], ["true", 0.5, 2], ["true", null, 3]]);
});

Deno.test("bindTables() leaves tables apart that contradict one another", () => {
  const tables = [tableOf([{ a: 1 }]), tableOf([{ a: "one" }])];
  assertEquals(bindTables(tables.map((table) => ({ coords: {}, table }))), undefined);
});

Deno.test("inheritedFacts() says nothing where inputs disagree", () => {
  assertEquals(inheritedFacts({}, [{ seed: 1 }, { seed: 2 }, { dt_ms: 5 }]), { dt_ms: 5 });
  assertEquals(inheritedFacts({ seed: 0 }, [{ seed: 1 }]), { seed: 0 });
});

Deno.test("neurogymArrays() brings time to the front of every array over trials and time", () => {
  const data = randomStream(3, "layout").normal(new Float64Array(2 * 3 * 4));
  const sidecar = {
    dims: ["trial", "time", "unit"],
    dt_ms: 20,
    units: "mV",
    coords: { trial: ["p", "q"], unit: ["a", "b", "c", "d"] },
  };
  const states = { name: "states", dtype: "f8", shape: [2, 3, 4], data, sidecar } as const;
  const [turned] = neurogymArrays("trajectories", states, 20);
  assertEquals([turned.name, turned.shape], ["states", [3, 2, 4]]);
  for (let trial = 0; trial < 2; trial++) {
    for (let time = 0; time < 3; time++) {
      for (let unit = 0; unit < 4; unit++) {
        assertEquals(
          turned.data[(time * 2 + trial) * 4 + unit],
          data[(trial * 3 + time) * 4 + unit],
        );
      }
    }
  }
  assertEquals(turned.sidecar, {
    dims: ["time", "batch", "unit"],
    dt_ms: 20,
    dt: 20,
    units: "mV",
    coords: { batch: ["p", "q"], unit: ["a", "b", "c", "d"] },
  });
  const targets = {
    ...states,
    name: "targets",
    shape: [2, 12],
    sidecar: { dims: ["trial", "time"] },
  };
  assertEquals(neurogymArrays("trials", targets, undefined)[0].name, "gt");
  const other = { ...states, sidecar: { dims: ["target", "source", "x"] } };
  assertEquals(neurogymArrays("operator", other, 20), [other]);
});

Deno.test("neurogymArrays() gives the ends of periods in ms", () => {
  const bounds = {
    name: "bounds",
    dtype: "i4",
    shape: [2, 2, 2],
    data: Int32Array.of(0, 5, 5, 9, 0, 4, 4, 8),
    sidecar: { dims: ["trial", "period", "edge"], coords: { period: ["fixation", "decision"] } },
  } as const;
  const [start, end] = neurogymArrays("trials", bounds, 20);
  assertEquals([start.name, end.name], ["start_t", "end_t"]);
  assertEquals([[...start.data], [...end.data]], [[0, 100, 0, 80], [100, 180, 80, 160]]);
  assertEquals(start.sidecar, {
    dims: ["batch", "period"],
    units: "ms",
    coords: { period: ["fixation", "decision"] },
  });
});

const matrix = (rows: string, numRows: number, columns: string, numColumns: number) =>
  tensor(
    [rows, columns],
    [numRows, numColumns],
    Float32Array.from({ length: numRows * numColumns }, (_, i) => i + 1),
  );

const network = (parameters: Network["parameters"]): Network => ({
  model: "leaky_rnn",
  settings: {},
  sizes: { inputs: 2, units: 3, outputs: 1 },
  dtMs: 20,
  parameters,
  about: {},
});

Deno.test("weightsOf() has PsychRNN's keys and shapes, its connectivity and Dale's signs", () => {
  const W_rec = matrix("unit", 3, "source", 3);
  const keys = weightsOf(
    network({ W_in: matrix("unit", 3, "input", 2), W_rec, W_out: matrix("output", 1, "unit", 3) }),
    {
      seed: 0,
      constraints: {
        no_autapses: true,
        dale_ratio: 0.67,
        density: null,
        masks: { W_in: [[1, 0], [1, 1], [0, 1]] },
        signs_by: "projection",
      },
    },
  );
  const shapes = Object.entries(keys).map(([key, { shape }]) => `${key} ${shape}`);
  assertEquals(shapes, [
    "W_in 3,2",
    "W_rec 3,3",
    "W_out 1,3",
    "b_out 1",
    "init_state 1,3",
    "input_connectivity 3,2",
    "rec_connectivity 3,3",
    "dale_ratio ",
    "Dale_rec 3,3",
  ]);
  assertEquals([...keys.W_rec.data], [...W_rec.data]);
  assertEquals([...keys.input_connectivity.data], [1, 0, 1, 1, 0, 1]);
  assertEquals([...keys.rec_connectivity.data], [0, 1, 1, 1, 0, 1, 1, 1, 0]);
  assertEquals([...keys.Dale_rec.data], [1, 0, 0, 0, 1, 0, 0, 0, -1]);
});

Deno.test("weightsOf() gives each gate matrices of its own, and no W_rec that would not fit", () => {
  const keys = weightsOf(network({
    W_rec: matrix("gate_unit", 9, "source", 3),
    b_rec: tensor(["gate_unit"], [9], Float32Array.from({ length: 9 }, (_, i) => i)),
    W_out: matrix("output", 1, "unit", 3),
  }));
  assert(!("W_rec" in keys) && !("b_rec" in keys));
  assertEquals(keys.W_rec_update.shape, [3, 3]);
  assertEquals([...keys.W_rec_update.data], [10, 11, 12, 13, 14, 15, 16, 17, 18]);
  assertEquals([...keys.b_rec_candidate.data], [6, 7, 8]);
});

Deno.test("fixedPointArrays() gives FixedPointFinder's fields, complex where it has them so", () => {
  const array = (...values: number[]) =>
    encodeNpy({ dtype: "f8", shape: [values.length], data: Float64Array.from(values) });
  const fields = fixedPointArrays({
    qstar: array(1e-13, 2e-13),
    xstar: array(1, 2),
    is_stable: encodeNpy({ dtype: "u1", shape: [2], data: Uint8Array.of(1, 0) }),
    eigval_J_xstar_real: array(0.5, 1.5),
    eigval_J_xstar_imag: array(0.25, -0.25),
    something_else: array(3),
  });
  assertEquals(Object.keys(fields), ["xstar", "qstar", "eigval_J_xstar", "is_stable"]);
  assert(Object.keys(fields).every((name) => fixedPointFields.includes(name)));
  assertEquals(readNpyHeader(fields.is_stable, "x").descr, "|b1");
  assertEquals(readNpyHeader(fields.eigval_J_xstar, "x").descr, "<c16");
  assertEquals([...decodeNpy(fields.xstar).data], [1, 2]);
});

Deno.test("contentsOf() knows arrays, tables and plain data of kinds that it never heard of", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const npy = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(1) });
  const { arrays, tables, documents, files } = contentsOf("my_kind", {
    "w.npy": npy,
    "w.json": bytes('{"dims":["unit"]}'),
    "lonely.npy": npy,
    "log.tsv": bytes("a\n1\n"),
    "log.json": bytes('{"columns":[{"name":"a","type":"number"}]}'),
    "about.json": bytes('{"rank":3}'),
    "notes.txt": bytes("x"),
  });
  assertEquals(arrays.map(({ name }) => name), ["w"]);
  assertEquals(tables.map(({ name, table }) => [name, table.rows]), [["log", [[1]]]]);
  assertEquals(documents, { about: { rank: 3 } });
  assertEquals(Object.keys(files), ["lonely.npy", "notes.txt"]);
});

Deno.test("stagesTable() keeps axes beside its own columns of the same name", () => {
  const listed = ["fit[status=1,stage=x]", "fit[status=2,stage=5]"].map((id) => ({
    member: { id, status: "ran", digests: {} },
    files: [],
    missing: [],
    changed: false,
  }));
  const { columns, rows } = stagesTable(listed);
  const names = columns.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(names.slice(0, 5), ["member", "stage", "axis_status", "axis_stage", "status"]);
  assertEquals(rows.map((row) => row.slice(2, 5)), [[1, "x", "ran"], [2, "5", "ran"]]);
});

Deno.test("refusal() names what is too large and what to do instead", () => {
  const run = { members: [{ id: "big", status: "ran", key: "k" as never, digests: {} }] };
  const recall = (size: number) => () =>
    ({
      outputs: {
        states: {
          kind: "trajectories",
          digest: "d",
          files: { "states.npy": { digest: "d", size } },
        },
      },
    }) as never;
  const asked = (npz: boolean, hdf5: boolean, size: number) =>
    refusal(run, { npz, hdf5 }, recall(size));
  assertEquals(asked(true, false, 2 ** 32 - 1), undefined);
  assertEquals(asked(false, false, 2 ** 40), undefined);
  assertMatch(
    asked(true, false, 2 ** 32)!,
    /^the arrays of big, .* 4\.0 GiB; --npz takes .* Leave --npz out/,
  );
  assertMatch(asked(true, true, 2 ** 30)!, /--hdf5 takes up to 512 MiB/);
});

Deno.test("Hdf5Files begins another file before one becomes too large", async () => {
  const written = new Map<string, Uint8Array>();
  const member = (i: number) => ({ id: `fit[i=${i}]`, status: "ran", digests: {} });
  const files = new ExportFiles(
    { members: [], workflow: "w", run: "r" } as unknown as ExportedRun,
    { layout: "basin", npz: false, hdf5: true, parquet: false },
    {
      recall: () => undefined,
      read: () => Promise.resolve(undefined),
      write: (path, bytes) => Promise.resolve(void written.set(path, bytes)),
    },
  );
  const hdf5 = new Hdf5Files(files, 20);
  const members = [0, 1, 2, 3, 4].map(member);
  for (const [i, one] of members.entries()) {
    const npy = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(i) });
    const placed = { member: one, folder: "fit", base: one.id, output: "", facts: {}, params: {} };
    await hdf5.makeRoom("fit", 8);
    hdf5.add(placed, { arrays: [{ key: "x", npy, sidecar: {} }], documents: {}, facts: { i } });
  }
  await hdf5.write("fit");
  assertEquals(written.size, 3);
  const places = members.map((one) => files.listed(one).files);
  for (const [i, [place]] of places.entries()) {
    const [path, group] = place.split("#/");
    using file = await openHdf5(written.get(path)!);
    assertEquals([...file.read(`${group}/x`).data], [i]);
  }
  assertEquals(places[0], ["hdf5/fit.h5#/fit.i-0"]);
});
