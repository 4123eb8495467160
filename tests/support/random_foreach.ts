// Random workflows with stages made from tables, and what they should become by the rules taken literally: every
// combination of every value, every input looked for by walking through all members.

import { tableWithArtifacts } from "#lib/core/artifacts/table.ts";
import type { Table } from "#lib/core/table.ts";
import { seeded } from "./random_graph.ts";

interface ModelAxis {
  readonly name: string;
  readonly values: readonly number[];
  readonly rank: number;
  /** Of the rows of this stage's tables. */
  readonly rowsOf?: string;
}

/** One member as the rules have it: the coordinates, what is bound to it, and its params. */
export interface ModelMember {
  readonly id: string;
  readonly coords: ReadonlyMap<string, number>;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  readonly params: Readonly<Record<string, unknown>>;
}

interface ModelStage {
  readonly axes: readonly ModelAxis[];
  readonly members: readonly ModelMember[];
}

interface ModelInput {
  readonly port: string;
  readonly text: string;
  readonly axes: readonly ModelAxis[];
  readonly gathered: ReadonlySet<string>;
  readonly candidates: readonly {
    readonly id: string;
    readonly coords: ReadonlyMap<string, number>;
  }[];
}

/** A row of a table: its key and an entry. */
interface ModelRow {
  readonly key: number;
  readonly entry: number;
}

/** A random workflow. */
export interface RandomForeach {
  readonly text: string;
  /** All members, stage by stage. */
  readonly members: readonly ModelMember[];
  /** The table of a member, by id; rows in an order that differs from call to call. */
  table(id: string): Table;
}

/** Makes a random workflow of stages `s0`, `s1`, … with the task `node`; `foreach` rows are called `r<stage>`. */
export function randomForeach(seed: number): RandomForeach {
  const below = seeded(seed);
  const chance = (percent: number) => below(100) < percent;
  const axes: ModelAxis[] = ["a", "b"].map((name, rank) => ({
    name,
    rank,
    values: [[3, 1], [0, 5, 2], [7]][below(3)].map((value) => value + 10 * rank),
  }));
  const lines = [
    "axes:",
    ...axes.map(({ name, values }) => `  ${name}: [${values.join(", ")}]`),
    "stages:",
  ];
  const stages = new Map<string, ModelStage>();
  const tables = new Map<string, readonly ModelRow[]>();
  const rowAxes = new Map<string, ModelAxis>();
  const numStages = 3 + below(5);
  for (let s = 0; s < numStages; s++) {
    const count = { seq: 0 };
    const over = axes.filter(() => chance(s === 0 ? 60 : 15));
    const tableStage = s > 0 && chance(55) ? `s${below(s)}` : undefined;
    const row = tableStage === undefined ? undefined : rowAxisOf(tableStage, s);
    if (row !== undefined) count.seq++;
    const inputs: ModelInput[] = [];
    for (let i = 0; i < (s === 0 ? 0 : below(row === undefined ? 4 : 2)); i++) {
      inputs.push(randomInput(i, s, `s${below(s)}`, count));
    }
    const nested = tableStage === undefined ? [] : stages.get(tableStage)!.axes;
    const byName = new Map([...over, ...nested, ...row === undefined ? [] : [row]].map((axis) => [
      axis.name,
      axis,
    ]));
    for (const input of inputs) {
      for (const axis of input.axes) {
        if (!input.gathered.has(axis.name)) byName.set(axis.name, axis);
      }
    }
    const all = [...byName.values()].sort((x, y) => x.rank - y.rank);
    const rowOf = (coords: ReadonlyMap<string, number>): ModelRow | undefined => {
      if (tableStage === undefined || row === undefined) return undefined;
      const maker = stages.get(tableStage)!.members.find((member) =>
        nested.every(({ name }) => member.coords.get(name) === coords.get(name))
      );
      return tables.get(maker?.id ?? "")?.find(({ key }) => key === coords.get(row.name));
    };
    const makerOf = (coords: ReadonlyMap<string, number>): string =>
      stages.get(tableStage!)!.members.find((member) =>
        nested.every(({ name }) => member.coords.get(name) === coords.get(name))
      )!.id;
    const keep = randomKeep(all, row, rowOf);
    lines.push(`  s${s}:`, "    task: node");
    if (over.length > 0) lines.push(`    over: [${over.map(({ name }) => name).join(", ")}]`);
    if (row !== undefined) lines.push(`    foreach: { ${row.name}: ${tableStage}.table }`);
    if (keep !== null) lines.push(`    keep: \${{ ${keep.text} }}`);
    const takesColumn = row !== undefined && chance(60);
    const readsEntry = row !== undefined && chance(70);
    const shows = all.length > 0 && chance(70) ? all[below(all.length)] : undefined;
    const given = [
      ...(shows === undefined ? [] : [`first: "\${{ ${shows.name} }}"`]),
      ...(readsEntry ? [`entry: "\${{ ${row.name}.entry * 2 }}"`] : []),
    ];
    if (given.length > 0) lines.push(`    with: { ${given.join(", ")} }`);
    const from = inputs.map((input) => `      ${input.port}: ${input.text}`);
    if (takesColumn) from.push(`      column: ${row.name}.w`);
    if (from.length > 0) lines.push("    from:", ...from);
    const made = modelOf(`s${s}`, all, inputs, (coords) => {
      if (row !== undefined && rowOf(coords) === undefined) return null;
      if (keep !== null && !keep.holds(coords)) return null;
      return {
        inputs: takesColumn ? { column: [`${makerOf(coords)}/w/${coords.get(row.name)}`] } : {},
        params: {
          ...(shows === undefined ? {} : { first: coords.get(shows.name) }),
          ...(readsEntry ? { entry: rowOf(coords)!.entry * 2 } : {}),
        },
      };
    });
    stages.set(`s${s}`, made);
    for (const { id } of made.members) {
      const keys = chance(20) ? [] : [4, 10, 9, 1].filter(() => chance(55));
      tables.set(id, keys.map((key) => ({ key, entry: below(3) })));
    }
  }
  return {
    text: lines.join("\n") + "\n",
    members: [...stages.values()].flatMap(({ members }) => members),
    table(id) {
      const rows = [...tables.get(id)!];
      rows.sort(() => below(2) - 0.5);
      return tableWithArtifacts(
        rows.map(({ key, entry }) => ({
          entry,
          key,
          w: { kind: "table", files: { x: Uint8Array.of(entry) } },
        })),
        rows.length === 0 ? {} : { key: { key: true } },
      );
    },
  };

  /** The same table is the same axis, so it keeps the name of the first stage that takes it. */
  function rowAxisOf(tableStage: string, stage: number): ModelAxis | undefined {
    const known = rowAxes.get(tableStage);
    if (known !== undefined) {
      if (known.rank > 100 * (stage + 1)) throw new Error("stages come in order");
      return known;
    }
    const source = stages.get(tableStage)!;
    const keys = source.members.flatMap(({ id }) => tables.get(id)!.map(({ key }) => key));
    const axis = {
      name: `r${stage}`,
      values: [...new Set(keys)].sort((x, y) => x - y),
      rank: 100 * (stage + 1),
      rowsOf: tableStage,
    };
    rowAxes.set(tableStage, axis);
    return axis;
  }

  function randomInput(i: number, stage: number, name: string, count: { seq: number }): ModelInput {
    const source = stages.get(name)!;
    const where: string[] = [];
    const rename: string[] = [];
    let kept = [...source.axes];
    let candidates = source.members.map(({ id, coords }) => ({ id, coords: new Map(coords) }));
    for (const axis of source.axes) {
      if (axis.values.length === 0) continue;
      const value = axis.values[below(axis.values.length)];
      const has = (coords: ReadonlyMap<string, number>) => coords.get(axis.name) === value;
      const selection = below(8);
      if (selection === 0) {
        where.push(`${axis.name}: ${value}`);
        candidates = candidates.filter(({ coords }) => has(coords));
        kept = kept.filter((other) => other !== axis);
        for (const { coords } of candidates) coords.delete(axis.name);
      } else if (selection === 1) {
        where.push(`${axis.name}: { not: [${value}] }`);
        candidates = candidates.filter(({ coords }) => !has(coords));
      } else if (selection === 2) {
        where.push(`${axis.name}: [${value}]`);
        candidates = candidates.filter(({ coords }) => has(coords));
      }
    }
    kept = kept.map((axis) => {
      if (!chance(12) || axis.name.includes("_")) return axis;
      const to = `${axis.name}_${stage}${i}`;
      rename.push(`${axis.name}: ${to}`);
      for (const { coords } of candidates) {
        coords.set(to, coords.get(axis.name)!);
        coords.delete(axis.name);
      }
      return { ...axis, name: to, rank: 100 * (stage + 1) + count.seq++ };
    });
    const isList = chance(45);
    const gathered = isList ? kept.filter(() => chance(55)) : [];
    const parts = [`stage: ${name}`];
    if (where.length > 0) parts.push(`where: { ${where.join(", ")} }`);
    if (rename.length > 0) parts.push(`rename: { ${rename.join(", ")} }`);
    if (isList) parts.push(`gather: [${gathered.map((axis) => axis.name).join(", ")}]`);
    return {
      port: `${isList ? "list" : "one"}${i}`,
      text: parts.length === 1 && chance(50) ? name : `{ ${parts.join(", ")} }`,
      axes: kept,
      gathered: new Set(gathered.map((axis) => axis.name)),
      candidates,
    };
  }

  function randomKeep(
    all: readonly ModelAxis[],
    row: ModelAxis | undefined,
    rowOf: (coords: ReadonlyMap<string, number>) => ModelRow | undefined,
  ) {
    if (all.length === 0 || !chance(40)) return null;
    if (row !== undefined && chance(50)) {
      const value = below(3);
      return {
        text: `${row.name}.entry != ${value}`,
        holds: (coords: ReadonlyMap<string, number>) => rowOf(coords)!.entry !== value,
      };
    }
    const axis = all[below(all.length)];
    const value = axis.values.length === 0 ? 1 : axis.values[below(axis.values.length)];
    const other = all.find((twin) =>
      twin !== axis && twin.name.split("_")[0] === axis.name.split("_")[0]
    );
    if (other !== undefined) {
      return {
        text: `${axis.name} < ${other.name}`,
        holds: (coords: ReadonlyMap<string, number>) =>
          axis.values.indexOf(coords.get(axis.name)!) <
            other.values.indexOf(coords.get(other.name)!),
      };
    }
    return {
      text: `${axis.name} != ${value}`,
      holds: (coords: ReadonlyMap<string, number>) => coords.get(axis.name) !== value,
    };
  }
}

/** The rules, literally: every combination, every input. `own` is what a member has besides, null if it is absent. */
function modelOf(
  stage: string,
  axes: readonly ModelAxis[],
  inputs: readonly ModelInput[],
  own: (
    coords: ReadonlyMap<string, number>,
  ) => Pick<ModelMember, "inputs" | "params"> | null,
): ModelStage {
  let combinations: Map<string, number>[] = [new Map()];
  for (const axis of axes) {
    combinations = combinations.flatMap((coords) =>
      axis.values.map((value) => new Map([...coords, [axis.name, value]]))
    );
  }
  const members: ModelMember[] = [];
  for (const coords of combinations) {
    const bound: Record<string, string[]> = {};
    const exists = inputs.every((input) => {
      const joined = input.axes.filter((axis) => !input.gathered.has(axis.name));
      const gathered = input.axes.filter((axis) => input.gathered.has(axis.name))
        .sort((x, y) => x.rank - y.rank);
      const found = input.candidates.filter((candidate) =>
        joined.every((axis) => candidate.coords.get(axis.name) === coords.get(axis.name))
      );
      found.sort((x, y) => {
        for (const { name, values } of gathered) {
          const difference = values.indexOf(x.coords.get(name)!) -
            values.indexOf(y.coords.get(name)!);
          if (difference !== 0) return difference;
        }
        return 0;
      });
      bound[input.port] = found.map(({ id, coords: place }) =>
        [id, ...gathered.map(({ name }) => `${name}=${place.get(name)}`)].join(" ")
      );
      return found.length > 0 || (input.port.startsWith("list") && joined.length === 0);
    });
    if (!exists) continue;
    const more = own(coords);
    if (more === null) continue;
    const labels = axes.map(({ name }) => `${name}=${coords.get(name)}`).join(",");
    members.push({
      id: labels === "" ? stage : `${stage}[${labels}]`,
      coords,
      inputs: { ...bound, ...more.inputs },
      params: more.params,
    });
  }
  return { axes, members };
}
