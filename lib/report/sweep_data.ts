// All members of a run in columns, stage by stage: what the table of members is made from, on the page and in its
// script. Texts that come again are numbers into a list; what a screen would obey in them is spelled out.

import type { AxisValue, MemberFacts, ReportContent } from "./content.ts";
import { oneLine, printable, stageOf } from "./format.ts";
import type { StageRecord } from "./record.ts";
import { stageSums } from "./stage_sums.ts";

/** Members of a stage, in columns of one entry a member. */
export interface SweepStage {
  readonly name: string;
  /** A letter a member, see {@link statusLetters}. */
  readonly status: string;
  /** Of those that ran or failed; of results that were there, when they were made. */
  readonly seconds: readonly (number | null)[];
  /** Position of an axis and, for each member, of its value there; −1 for none. */
  readonly axes: readonly (readonly [axis: number, values: readonly number[]])[];
  readonly metrics: readonly (readonly [name: string, values: readonly (number | null)[]])[];
  /** Position in the list of engines; −1 for none. Absent if no member used one. */
  readonly engines?: readonly number[];
  /** What is to be said of some members: position of the member and of the text. */
  readonly notes: readonly (readonly [member: number, note: number])[];
  /** What stands in brackets in the ids, if it is not known what it means. */
  readonly brackets?: readonly string[];
}

/** All members. */
export interface SweepData {
  readonly axes: readonly { readonly name: string; readonly values: readonly AxisValue[] }[];
  readonly engines: readonly string[];
  readonly notes: readonly string[];
  readonly stages: readonly SweepStage[];
}

/** The letter of each status. */
export const statusLetters: Readonly<Record<string, StageRecord["status"]>> = {
  f: "failed",
  s: "skipped",
  u: "unfinished",
  r: "ran",
  h: "hit",
};

/** Characters of a message; the failures are told in full above. */
const mostCharacters = 400;

/**
 * The members of a run in columns. Stages come in the order of the graph, members in the order of the record.
 *
 * @example
 * ```ts
 * import { sweepData } from "#lib/report/sweep_data.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const record = foldEvents([{ type: "stage-skipped", at: 0, stage: "a[n=1]", because: "b failed" }]);
 * const data = sweepData({ record, members: [{ id: "a[n=1]", coords: { n: 1 }, metrics: {} }] });
 * assertEquals(data.axes, [{ name: "n", values: [1] }]);
 * assertEquals(data.stages[0].status, "s");
 * ```
 */
export function sweepData(
  content: Pick<ReportContent, "record" | "stages" | "members">,
): SweepData {
  const facts = new Map<string, MemberFacts>();
  const places = new Map<string, number>();
  content.members?.forEach((one, i) => {
    facts.set(one.id, one);
    places.set(one.id, i);
  });
  const byStage = new Map<string, StageRecord[]>(
    stageSums(content).map(({ name }) => [name, []]),
  );
  for (const one of content.record.stages) byStage.get(stageOf(one.stage))!.push(one);
  const lists = { axes: new Map<string, Numbers>(), engines: new Numbers(), notes: new Numbers() };
  const stages = [...byStage].filter(([, members]) => members.length > 0).map(([name, members]) => {
    // A record has them as they ended; the graph in the order of their axes.
    members.sort((a, b) =>
      (places.get(a.stage) ?? Infinity) - (places.get(b.stage) ?? Infinity) || 0
    );
    return stageColumns(name, members, facts, lists);
  });
  return {
    axes: [...lists.axes].map(([name, values]) => ({ name: oneLine(name), values: values.list })),
    engines: lists.engines.list as string[],
    notes: lists.notes.list as string[],
    stages,
  };
}

interface Lists {
  readonly axes: Map<string, Numbers>;
  readonly engines: Numbers;
  readonly notes: Numbers;
}

/** Values by number, in the order in which they appear. */
class Numbers {
  readonly #numbers = new Map<AxisValue, number>();
  readonly list: AxisValue[] = [];

  of(value: AxisValue): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      this.#numbers.set(value, number = this.list.length);
      this.list.push(typeof value === "string" ? printable(value) : value);
    }
    return number;
  }
}

function stageColumns(
  name: string,
  members: readonly StageRecord[],
  facts: ReadonlyMap<string, MemberFacts>,
  lists: Lists,
): SweepStage {
  const axes = new Map<string, number[]>();
  const metrics = new Map<string, (number | null)[]>();
  const notes: [number, number][] = [];
  const engines: number[] = [];
  const seconds: (number | null)[] = [];
  let status = "";
  let hasEngine = false;
  let isKnown = true;
  members.forEach((member, row) => {
    const known = facts.get(member.stage);
    if (known === undefined && member.stage !== name) isKnown = false;
    status += letterOf[member.status];
    const took = member.status === "hit" ? known?.cost?.seconds : member.seconds;
    seconds.push(took === undefined ? null : rounded(took, 3));
    for (const axis in known?.coords) {
      if (!lists.axes.has(axis)) lists.axes.set(axis, new Numbers());
      columnOf(axes, axis, members.length, -1)[row] = lists.axes.get(axis)!.of(known.coords[axis]);
    }
    for (const metric in known?.metrics) {
      const value = known.metrics[metric];
      columnOf(metrics, metric, members.length, null)[row] = Number.isFinite(value)
        ? rounded(value, 6)
        : null;
    }
    if (member.engine !== undefined) hasEngine = true;
    engines.push(member.engine === undefined ? -1 : lists.engines.of(member.engine));
    const note = noteOf(member);
    if (note !== "") notes.push([row, lists.notes.of(note)]);
  });
  const positions = [...lists.axes.keys()];
  return {
    name: oneLine(name),
    status,
    seconds,
    axes: [...axes].map(([axis, values]) => [positions.indexOf(axis), values]),
    metrics: [...metrics].map(([metric, values]) => [oneLine(metric), values]),
    ...(hasEngine ? { engines } : {}),
    notes,
    ...(isKnown ? {} : {
      brackets: members.map(({ stage }) => oneLine(stage.slice(name.length + 1, -1))),
    }),
  };
}

const letterOf = Object.fromEntries(
  Object.entries(statusLetters).map(([letter, status]) => [status, letter]),
);

function columnOf<T>(columns: Map<string, T[]>, name: string, length: number, none: T): T[] {
  let column = columns.get(name);
  if (column === undefined) columns.set(name, column = new Array<T>(length).fill(none));
  return column;
}

function noteOf({ failure, because, retried, continued }: StageRecord): string {
  const message = failure?.message ?? because ?? "";
  return [
    message.length > mostCharacters ? `${message.slice(0, mostCharacters)}…` : message,
    retried === undefined ? "" : `retried ${retried === 1 ? "once" : `${retried} times`}`,
    continued === undefined ? "" : `went on from saved states`,
  ].filter((text) => text !== "").join(" · ");
}

function rounded(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
