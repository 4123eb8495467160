// `describe`: what there is to compute with. Without a name all tasks and members, one line each; with one its params,
// inputs, outputs and an example.

import { bold, dim } from "@std/fmt/colors";
import { closestString } from "@std/text";
import { stringify } from "yaml";
import { z } from "zod";
import { tasks as builtIn } from "../../../tasks/mod.ts";
import type { Member, MemberIndex } from "../../core/member.ts";
import type { Metric } from "../../core/metric.ts";
import type { Neurotask } from "../../core/neurotask.ts";
import {
  chosenMembers,
  parseMemberParams,
  parseParams,
  type ResolvedPorts,
  resolvePorts,
} from "../../core/resolve.ts";
import type { Task, TaskIndex } from "../../core/task.ts";
import { fit } from "../../report/format.ts";
import { defineCommand, exitCodes } from "../command.ts";
import { neurotaskRows } from "../describe_neurotask.ts";
import { describeParams } from "../describe_params.ts";
import { rooms } from "../rooms.ts";
import type { Terminal } from "../terminal.ts";
import { wrap } from "../wrap.ts";

const tasks = builtIn as TaskIndex;

export default defineCommand({
  name: "describe",
  summary: "List tasks, metrics, systems and figures, or say what one takes and gives.",
  arguments: [{
    name: "name",
    summary: "a task, a metric, …; all of them if left out",
    required: false,
    variadic: false,
  }],
  options: z.strictObject({}),
  examples: [
    { command: "deno task describe", summary: "everything there is" },
    { command: "deno task describe dmd", summary: "params, inputs and outputs of a task" },
    { command: "deno task describe dsa", summary: "params and laws of a metric" },
  ],
  async handler(terminal, [name]) {
    if (name === undefined) {
      await list(terminal);
      return exitCodes.done;
    }
    let known = false;
    if (Object.hasOwn(tasks, name)) {
      terminal.out(await taskText((await tasks[name]()).default as Task, terminal.columns()));
      known = true;
    }
    for (const [room, { index }] of Object.entries(rooms)) {
      if (!Object.hasOwn(index, name)) continue;
      terminal.out(
        (known ? "\n" : "") + memberText(room, (await index[name]()).default, terminal.columns()),
      );
      known = true;
    }
    if (known) return exitCodes.done;
    const names = [tasks, ...Object.values(rooms).map(({ index }) => index)].flatMap(Object.keys);
    terminal.err(
      `error: there is no task, metric, system or figure '${name}'; the nearest is '${
        closestString(name, names)
      }', and \`describe\` alone lists all\n`,
    );
    return exitCodes.usage;
  },
});

async function list(terminal: Terminal): Promise<void> {
  const all: (readonly [string, MemberIndex])[] = [
    ["tasks", tasks],
    ...Object.entries(rooms).map(([room, { index }]) => [room, index] as const),
  ];
  for (const [room, index] of all) {
    terminal.out(`${bold(room)}\n`);
    for (const name of Object.keys(index).sort()) {
      const { summary } = (await index[name]()).default;
      const width = Math.max(18, name.length);
      const [first, ...more] = wrap(summary, terminal.columns() - width - 5);
      const margin = " ".repeat(width + 4);
      terminal.out(
        `  ${name.padEnd(width)}  ${dim(first)}\n${
          more.map((line) => `${margin}${dim(line)}\n`).join("")
        }`,
      );
    }
  }
}

async function taskText(task: Task, columns: number): Promise<string> {
  const chosen = Object.entries(task.members ?? {}).map(([param, { room, params }]) =>
    (isList(task.params.shape[param])
      ? `${param} lists ${room}`
      : `${param} names one of ${room}`) +
    (params === undefined ? "" : `, whose params stand in ${params}`)
  );
  const example = task.examples.find(({ params }) => Object.keys(params as object).length > 0);
  return heading("task", task, columns) +
    paramsText(task.params, columns) +
    chosen.map((line) => dim(`  ${line}\n`)).join("") +
    portsText(await portsOf(task), columns) +
    (task.continues === undefined ? "" : `\n${continuesText(task, columns)}`) +
    (example === undefined
      ? ""
      : `\n${bold("example")}\n${indented(stringify({ task: task.name, with: example.params }))}`);
}

/** Whether a param takes a list. */
function isList(schema: unknown): boolean {
  const { type } = z.toJSONSchema(schema as z.ZodType, { io: "input", unrepresentable: "any" });
  return type === "array";
}

/** Which params may change so that what was done before still counts, as far as an example tells. */
function continuesText({ examples, params, continues }: Task, columns: number): string {
  const [first] = examples.flatMap(({ params: raw }) => {
    const parsed = parseParams(params, raw);
    return parsed.ok ? [parsed.value] : [];
  });
  let way: unknown;
  try {
    way = first === undefined ? undefined : continues!(first as never);
  } catch {
    // An example without its members may not do.
  }
  const bounds = typeof way !== "object" || way === null
    ? []
    : Object.keys(first).filter((name) => first[name] !== undefined && !Object.hasOwn(way, name));
  const which = bounds.length === 0 ? "" : `, also when ${bounds.join(", ")} change`;
  const text = `continues from states that earlier runs left on the way${which}`;
  return wrap(text, columns - 3).map((line) => dim(`  ${line}\n`)).join("");
}

function memberText(room: string, member: Member, columns: number): string {
  const metric = member as Partial<Metric>;
  const facts = metric.laws !== undefined
    ? metricText(metric as Metric, columns)
    : room === "neurotasks"
    ? rowsText("as a neurotask", neurotaskRows(member as Neurotask), columns)
    : "";
  return heading(room.replace(/s$/, ""), member, columns) + paramsText(member.params, columns) +
    facts;
}

function metricText(metric: Metric, columns: number): string {
  const params = metric.params.safeParse({});
  const own = params.success ? metric.under?.(params.data as never) ?? {} : {};
  const { symmetric, triangle, identity, range: [low, high], invariantTo } = {
    ...metric.laws,
    ...own,
  };
  const unit = params.success ? `, in ${metric.unit(params.data as never)}` : "";
  const rows: (readonly [string, string])[] = [
    ["compares", `${metric.takes.kind}, on the port ${metric.port} of compare, or a and b`],
    ["gives", `a ${own.sense ?? metric.sense}${unit}, from ${short(low)} to ${short(high)}`],
    ["itself", `a system against itself: ${short(identity)}`],
    [
      "laws",
      `${symmetric ? "symmetric" : "not symmetric"}${triangle ? ", triangle inequality" : ""}`,
    ],
    ["same after", invariantTo.join(", ") || "nothing"],
    ["paper", metric.reference.paper],
  ];
  return rowsText("as a metric", rows, columns);
}

function rowsText(
  what: string,
  rows: readonly (readonly [string, string])[],
  columns: number,
): string {
  const text = rows.map(([name, said]) => {
    const [first, ...more] = wrap(said, columns - 15);
    return `  ${name.padEnd(11)}${first}\n${
      more.map((line) => `${" ".repeat(13)}${line}\n`).join("")
    }`;
  });
  return `\n${bold(`${what}, with params left out`)}\n${text.join("")}`;
}

function short(x: number): string {
  return Number.isFinite(x) ? String(Number(x.toPrecision(5))) : x > 0 ? "∞" : "−∞";
}

function heading(
  what: string,
  { name, summary }: Pick<Member, "name" | "summary">,
  columns: number,
) {
  return wrap(`${name}, a ${what}. ${summary}`, columns - 1)
    .map((line, at) => (at === 0 ? line.replace(name, bold(name)) : line) + "\n").join("");
}

function paramsText(params: z.ZodObject, columns: number): string {
  const lines = describeParams(params, columns - 1);
  return `\n${bold("params")}\n${lines.length === 0 ? "  none\n" : lines.join("\n") + "\n"}`;
}

/** Port sets that examples lead to, each with the first example's params, since ports may depend on them. */
async function portsOf(task: Task): Promise<(ResolvedPorts & { readonly params: unknown })[]> {
  const found = new Map<string, ResolvedPorts & { readonly params: unknown }>();
  for (const { params: raw } of task.examples) {
    const params = parseParams(task.params, raw);
    if (!params.ok) continue;
    const members: Record<string, Member> = {};
    for (
      const [param, { room, name }] of Object.entries(chosenMembers(task.members, params.value))
    ) {
      members[param] = (await rooms[room].index[name]()).default;
    }
    const full = parseMemberParams(task.members, params.value, members);
    if (!full.ok) continue;
    const ports = resolvePorts(task as never, full.value, members);
    const key = JSON.stringify([ports.inputs, ports.outputs]);
    if (!found.has(key)) found.set(key, { ...ports, params: raw });
  }
  return [...found.values()];
}

function portsText(
  found: readonly (ResolvedPorts & { readonly params: unknown })[],
  columns: number,
): string {
  const sets = found.flatMap(({ inputs, params }) =>
    inputs.map((ports) => {
      const text = Object.entries(ports).map(([name, { kind, many, optional }]) =>
        `${name}: ${many ? `list of ${kind}` : kind}${optional ? " (optional)" : ""}`
      ).join(", ");
      const when = found.length > 1 ? dim(`  with ${JSON.stringify(params)}`) : "";
      return `${
        wrap(text === "" ? "none" : text, columns - 3).map((line) => `  ${line}`).join("\n")
      }${when === "" ? "" : `\n  ${fit(when, columns - 3)}`}\n`;
    })
  );
  const outputs = Object.entries(found[0]?.outputs ?? {}).map(([name, kind]) => `${name}: ${kind}`);
  const inputs = `\n${bold(sets.length > 1 ? "inputs, one of these sets" : "inputs")}\n${
    sets.join("")
  }`;
  return `${inputs}\n${bold("outputs")}\n${
    wrap(outputs.join(", "), columns - 3).map((line) => `  ${line}\n`).join("")
  }`;
}

function indented(text: string): string {
  return text.split("\n").filter((line) => line !== "").map((line) => `  ${line}\n`).join("");
}
