// `stages.tsv`: one row for each member of a run, with its coordinates as columns, what became of it, and where its files are.

import type { Cell, Column, Table } from "../core/table.ts";
import type { ExportedMember } from "./exported_run.ts";
import { memberPlace } from "./member_id.ts";

/** A member with what was exported of it. */
export interface ListedMember {
  readonly member: ExportedMember;
  readonly task?: string;
  readonly files: readonly string[];
  readonly missing: readonly string[];
  readonly changed: boolean;
}

/**
 * The table of all members.
 *
 * @example
 * ```ts
 * import { stagesTable } from "#lib/export/stages_table.ts";
 * import { assertEquals } from "@std/assert";
 * const member = { id: "fit[seed=3]", status: "ran", digests: {} };
 * const { columns, rows } = stagesTable([{ member, task: "dmd", files: ["a.npy"], missing: [], changed: false }]);
 * assertEquals(columns.slice(0, 4).map(({ name }) => name), ["member", "stage", "seed", "status"]);
 * assertEquals(rows[0].slice(0, 4), ["fit[seed=3]", "fit", 3, "ran"]);
 * ```
 */
export function stagesTable(listed: readonly ListedMember[]): Table {
  const places = listed.map(({ member }) => memberPlace(member.id));
  const types = new Map<string, Column["type"]>();
  for (const { coords } of places) {
    for (const [axis, value] of Object.entries(coords)) {
      const type = typeof value as Column["type"];
      const known = types.get(axis);
      types.set(axis, known === undefined || known === type ? type : "string");
    }
  }
  const fixed = new Set([...first, ...last].map(({ name }) => name));
  const axes = [...types].map(([axis, type]): { axis: string; column: Column } => {
    let name = axis;
    while (fixed.has(name) || (name !== axis && types.has(name))) name = `axis_${name}`;
    return { axis, column: { name, type, description: `where it stands on the axis ${axis}` } };
  });
  const rows = listed.map(({ member, task, files, missing, changed }, i): Cell[] => {
    const { stage, coords } = places[i];
    const notes = [
      ...(member.note === undefined ? [] : [member.note]),
      ...(changed ? ["the store has another result by now, which is the one exported"] : []),
    ];
    return [
      member.id,
      stage,
      ...axes.map(({ axis, column }): Cell => {
        if (!Object.hasOwn(coords, axis)) return null;
        return column.type === "string" ? String(coords[axis]) : coords[axis];
      }),
      member.status,
      task ?? null,
      member.engine ?? null,
      member.seconds ?? null,
      member.cpuSeconds ?? null,
      member.key ?? null,
      files.length === 0 ? null : files.join(";"),
      missing.length === 0 ? null : missing.join(";"),
      notes.length === 0 ? null : notes.join("; "),
    ];
  });
  return { columns: [...first, ...axes.map(({ column }) => column), ...last], rows };
}

const first: readonly Column[] = [
  { name: "member", type: "string", description: "the stage with its coordinates" },
  { name: "stage", type: "string", description: "name in the workflow" },
];

const last: readonly Column[] = [
  {
    name: "status",
    type: "string",
    description: "ran, hit (its result was there already), failed, skipped or unfinished",
  },
  { name: "task", type: "string", description: "what computed it" },
  { name: "engine", type: "string", description: "engine and precision of single-precision work" },
  { name: "seconds", type: "number", unit: "s", description: "time it took in this run" },
  { name: "cpu_seconds", type: "number", unit: "s", description: "processor time it took" },
  { name: "key", type: "string", description: "under which the store finds its result" },
  {
    name: "files",
    type: "string",
    description: "where its results are, separated by `;`; after `#`, the group in the file",
  },
  {
    name: "missing",
    type: "string",
    description: "outputs whose bytes are not there, separated by `;`",
  },
  {
    name: "note",
    type: "string",
    description: "why there is no result, and what else is to be said",
  },
];

/**
 * The sidecar of a table in the words of BIDS: `Description` and `Units` of each column.
 *
 * @example
 * ```ts
 * import { tableSidecar } from "#lib/export/stages_table.ts";
 * import { assertEquals } from "@std/assert";
 * const sidecar = tableSidecar([{ name: "value", type: "number", unit: "rad" }]);
 * assertEquals(sidecar, { value: { Units: "rad", Type: "number" } });
 * ```
 */
export function tableSidecar(columns: readonly Column[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(columns.map(({ name, type, unit, description }) => [name, {
    ...(description === undefined ? {} : { Description: description }),
    ...(unit === undefined ? {} : { Units: unit }),
    Type: type === "artifact" ? "string" : type,
  }]));
}
