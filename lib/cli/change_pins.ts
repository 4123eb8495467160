// Pins: results of a run that `gc` keeps under a name, for good.

import type { World } from "../core/disk.ts";
import { alone } from "../store/collect.ts";
import { layoutOf } from "../store/layout.ts";
import { withLeases } from "../store/leases.ts";
import { pin, readRoots, resultsId, unpin } from "../store/roots.ts";
import type { Terminal } from "./terminal.ts";

/** Pins the latest run of the results folder, or takes a pin away; `false` if there is no such thing. */
export async function changePins(
  terminal: Terminal,
  world: World,
  options: {
    readonly results: string;
    readonly store: string;
    readonly pin?: string | undefined;
    readonly unpin?: string | undefined;
  },
): Promise<boolean> {
  const layout = layoutOf(options.store);
  const disk = withLeases(world.disk, world.clock);
  const { runs, pins } = await readRoots(disk, layout);
  const known = pins.length === 0 ? "there are none" : `there are: ${pins.map(({ name }) => name)}`;
  const { unpin: away, pin: name } = options;
  if (away !== undefined) {
    const gone = disk.stat(layout.root) !== undefined &&
      await alone(disk, layout, "unpin", () => unpin(disk, layout, away));
    if (gone) terminal.out(`${away} is no longer pinned; the next gc may free its results\n`);
    else terminal.err(`error: no pin is called '${away}'; ${known}\n`);
    if (!gone) return false;
  }
  if (name === undefined) return true;
  const id = await resultsId(disk, options.results);
  const latest = runs.filter(({ root }) => root.endsWith(`-${id}`))
    .reduce<typeof runs[number] | undefined>(
      (a, b) => a === undefined || b.at >= a.at ? b : a,
      undefined,
    );
  if (latest === undefined) {
    terminal.err(
      `error: no run of ${options.results} is known to the store; run a workflow first\n`,
    );
    return false;
  }
  await alone(disk, layout, "pin", () => pin(disk, world.clock, layout, name, latest));
  const workflow = latest.root.slice(0, -id.length - 1);
  terminal.out(`${name} keeps the results of ${workflow}, run ${latest.run}\n`);
  return true;
}
