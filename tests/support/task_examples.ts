// Runs the declared examples of tasks as stages would: params resolved by the catalogue, members loaded from their
// rooms, ports chosen by what is bound. For the conformance suite and for tests of single tasks.

import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { createCatalogue } from "#lib/cli/catalogue.ts";
import { rooms } from "#lib/cli/rooms.ts";
import { digestOfArtifact, type Files } from "#lib/core/artifact.ts";
import type { Catalogue } from "#lib/core/catalogue.ts";
import type { Member } from "#lib/core/member.ts";
import { choosePorts, portSets } from "#lib/core/resolve.ts";
import type { Engine } from "#lib/core/engine.ts";
import { err } from "#lib/core/result.ts";
import type { Item, Numerics, Outputs, Task, TaskExample, TaskIndex } from "#lib/core/task.ts";
import { jobStates } from "#lib/executors/job_states.ts";
import { taskContext } from "#lib/executors/run_job.ts";
import { tasks } from "#tasks/mod.ts";

// deno-lint-ignore no-explicit-any
type AnyTask = Task<any, any, any>;

/** One output of a run, with its files and their digest. */
export interface RanOutput {
  // deno-lint-ignore no-explicit-any
  readonly value: any;
  readonly kind: string;
  readonly files: Files;
  readonly digest: string;
}

/** What one run of an example gave. */
export interface RanExample {
  readonly outputs: Readonly<Record<string, RanOutput>>;
  /** Every fraction that the task reported, in order. */
  readonly fractions: readonly number[];
  readonly numerics: Numerics;
}

/** The catalogue of Basin's own tasks and rooms. */
export function ownCatalogue(index: TaskIndex = tasks): Catalogue {
  return createCatalogue({
    root: "/basin",
    tasks: index,
    rooms,
    userTask: () => Promise.resolve(err("no tasks from files here")),
  });
}

/** Runs one example of a task, on an engine if that is what its numbers depend on. */
export async function runExample(
  task: AnyTask,
  example: TaskExample,
  catalogue: Catalogue = ownCatalogue(),
  engine: Engine = new RefEngine(),
): Promise<RanExample> {
  const handle = await catalogue.task(task.name, "/basin");
  if (!handle.ok) throw new Error(handle.error);
  const resolved = await handle.value.resolve(example.params);
  if (!resolved.ok) throw new Error(`its params are refused: ${JSON.stringify(resolved.error)}`);
  const { params } = resolved.value;
  const members: Record<string, Member> = {};
  for (const [param, { room, name }] of Object.entries(resolved.value.members)) {
    members[param] = (await rooms[room].index[name]()).default;
  }
  const fractions: number[] = [];
  const numerics = typeof task.numerics === "function"
    ? task.numerics(params as never, members)
    : task.numerics;
  const plain = {
    signal: new AbortController().signal,
    progress: (fraction: number) => void fractions.push(fraction),
  };
  const context = taskContext(
    numerics === "engine" ? { ...plain, engine } : plain,
    members,
    jobStates(task, params, undefined),
  );
  const results = await task.run(
    context,
    params as never,
    boundInputs(task, params, members, example),
  );
  const types: Outputs = typeof task.outputs === "function"
    ? task.outputs(params as never, members)
    : task.outputs;
  const outputs: Record<string, RanOutput> = {};
  for (const [port, type] of Object.entries(types)) {
    if (!Object.hasOwn(results, port)) throw new Error(`it returned no output '${port}'`);
    const value = (results as Record<string, unknown>)[port];
    const files = type.encode(value);
    outputs[port] = { value, kind: type.kind, files, digest: digestOfArtifact(type.kind, files) };
  }
  const extra = Object.keys(results).filter((port) => !Object.hasOwn(types, port));
  if (extra.length > 0) throw new Error(`it returned undeclared outputs: ${extra}`);
  return { outputs, fractions, numerics };
}

/** Values of an example as the executor would hand them over: written, read back, items with coordinates. */
function boundInputs(
  task: AnyTask,
  params: unknown,
  members: Readonly<Record<string, Member>>,
  example: TaskExample,
  // deno-lint-ignore no-explicit-any
): any {
  const given = example.inputs?.() ?? {};
  const sets = portSets(task, params, members);
  const chosen = choosePorts(sets, new Set(Object.keys(given)));
  if (chosen < 0) throw new Error(`its inputs ${Object.keys(given)} bind no set of ports`);
  const ports = sets[chosen];
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(ports, name));
  if (unknown.length > 0) throw new Error(`it gives inputs that are no ports: ${unknown}`);
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => {
      const through = (value: unknown) => port.type.decode(port.type.encode(value));
      if (given[name] === undefined) return [name, port.many ? [] : undefined];
      return [
        name,
        port.many
          ? (given[name] as unknown[]).map((item) => {
            // An example whose coordinates matter gives them beside the value.
            const { value, coords } = isItem(item) ? item : { value: item, coords: {} };
            return { value: through(value), coords: port.coords ? coords : {} };
          })
          : through(given[name]),
      ];
    }),
  );
}

function isItem(given: unknown): given is Item<unknown> {
  return typeof given === "object" && given !== null && "value" in given && "coords" in given;
}
