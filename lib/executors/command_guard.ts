// Watches the process groups of commands through one helper, a shell that lists `/proc` when asked. It samples their
// processor time and memory, ends a group that exceeds its limit of memory, and ends all of them if this very process
// dies, since then the helper reads the end of its input.
//
// Deno may not read `/proc` itself without all permissions; a child may. Sampling costs less than 1 % of a core: the
// processor time of the helper and of reading its answers is paid from a budget that grows by 0.5 % of the time that
// passes, and what cannot be measured (moving the answers) takes about as much again.
// Commands under 50 ms are never looked at.
//
// What the figures leave out: whatever happens after the last sample; processor time of processes that ended between
// two samples without being waited for by a process of the group; memory between two samples. Shared memory counts in
// every process that maps it, except where a limit seems to be exceeded: then proportional shares are looked at.
// Elsewhere than on Linux there are no figures and no limits.

import type { Clock, RunningProcess, Spawn } from "../core/disk.ts";
import type { Usage } from "../core/manifest.ts";
import { ProcHelper } from "./proc_helper.ts";
import { type ProcessStat, readProcStat } from "./proc_stat.ts";

/** A group to watch. */
export interface Watched {
  readonly process: RunningProcess;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Told once, with the bytes found, when there are more than allowed. The group is killed after that. */
  readonly tooMuch: (bytes: number) => void;
}

/** A group being watched. */
export interface Watch {
  /** What it used so far; `undefined` if nobody has looked. */
  readonly usage: Usage | undefined;
  /** Whether a process was seen that had left the group. */
  readonly hasEscaped: boolean;
  /** Ends the watch. The group must be gone. */
  end(): void;
}

/** When a group is looked at first, and how rarely later: every group, and those with a limit of memory. In ms. */
const firstAfter = 50;
const restAtMost = 1000;
const limitedAtMost = 250;

/** Share of a core that sampling may use, and how much of it may be saved up, in ms. */
const share = 0.005;
const savedAtMost = 30;

interface Entry extends Watched {
  readonly began: number;
  /** Members seen last, with their begin, so that those who leave the group are still known. */
  known: Map<number, number>;
  hasEscaped: boolean;
  killed: boolean;
  usage: Usage | undefined;
  rest: number;
  due: number;
}

/**
 * One guard for all commands of an executor; its helper starts with the first command that lasts.
 *
 * @example
 * ```ts ignore
 * await using guard = new CommandGuard(world, "/bin/sh");
 * const watch = guard.watch({ process, memory: 8e9, tooMuch: () => {} });
 * ```
 */
export class CommandGuard implements AsyncDisposable {
  readonly #spawn: Spawn;
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();
  #helper: ProcHelper | undefined;
  #cancelTimer: (() => void) | undefined;
  #looking = false;
  /** Processor time that may be spent; less than nothing if too much was. In ms. */
  #saved = savedAtMost;
  #savedAt: number;

  constructor({ spawn, clock }: { readonly spawn: Spawn; readonly clock: Clock }) {
    this.#spawn = spawn;
    this.#clock = clock;
    this.#savedAt = clock.monotonic();
  }

  watch(watched: Watched): Watch {
    const began = this.#clock.monotonic();
    const entry: Entry = {
      ...watched,
      began,
      known: new Map(),
      hasEscaped: false,
      killed: false,
      usage: undefined,
      rest: firstAfter,
      due: began + firstAfter,
    };
    const { id } = watched.process;
    this.#entries.set(id, entry);
    this.#plan();
    return {
      get usage() {
        return entry.usage;
      },
      get hasEscaped() {
        return entry.hasEscaped;
      },
      end: () => {
        this.#entries.delete(id);
        if (this.#helper?.groups.includes(id)) this.#helper.note(this.#lasting());
        if (this.#entries.size === 0) this.#cancel();
      },
    };
  }

  /** Kills every process whose environment holds `mark`. Returns how many there were. */
  async killMarked(mark: string): Promise<number> {
    // One that is on its way out may be seen again.
    const killed = new Set<number>();
    for (let round = 0; round < 3; round++) {
      const found = await this.#help().ask("find", mark);
      const ids = [...found.matchAll(/^\/proc\/(\d+)\//gm)].map(([, id]) => Number(id));
      if (ids.length === 0) break;
      for (const id of ids) {
        kill(id);
        killed.add(id);
      }
    }
    return killed.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancel();
    this.#entries.clear();
    await this.#helper?.close();
  }

  #help(): ProcHelper {
    return this.#helper ??= new ProcHelper(this.#spawn);
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** Sets the timer for the group that is due first. */
  #plan(): void {
    if (this.#cancelTimer !== undefined || this.#looking || this.#entries.size === 0) return;
    const now = this.#clock.monotonic();
    let due = Infinity;
    for (const entry of this.#entries.values()) due = Math.min(due, entry.due);
    const affordable = now + Math.max(0, -this.#budget(now)) / share;
    this.#cancelTimer = this.#clock.after(Math.max(0, Math.max(due, affordable) - now), () => {
      this.#cancelTimer = undefined;
      this.#looking = true;
      this.#look().catch(() => {
        // The helper is gone: another one, next time.
        this.#helper = undefined;
        this.#rest([...this.#entries.keys()]);
      }).finally(() => {
        this.#looking = false;
        this.#plan();
      });
    });
  }

  #budget(now: number): number {
    this.#saved = Math.min(savedAtMost, this.#saved + share * (now - this.#savedAt));
    this.#savedAt = now;
    return this.#saved;
  }

  /** Groups old enough to be worth looking at. */
  #lasting(): number[] {
    const now = this.#clock.monotonic();
    return [...this.#entries].filter(([, { began }]) => now - began >= firstAfter).map(([id]) =>
      id
    );
  }

  async #look(): Promise<void> {
    const groups = this.#lasting();
    if (groups.length === 0) return this.#rest(groups);
    const helper = this.#help();
    const listing = await helper.list(groups);
    const began = this.#clock.monotonic();
    const { ticksPerSecond, pageSize } = helper.units;
    const all = readProcStat(listing);
    const members = membersOf(all, this.#entries);
    for (const [id, stats] of members) {
      const entry = this.#entries.get(id)!;
      const bytes = pageSize * stats.reduce((sum, { pages }) => sum + pages, 0);
      const cpu = stats.reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
      entry.known = new Map(stats.map((stat) => [stat.id, stat.began]));
      entry.hasEscaped ||= stats.some(({ group }) => group !== id);
      entry.usage = {
        cpu_seconds: Math.max(cpu, entry.usage?.cpu_seconds ?? 0),
        peak_rss: Math.max(bytes, entry.usage?.peak_rss ?? 0),
      };
      const seemsTooMuch = entry.memory !== undefined && bytes > entry.memory;
      if (seemsTooMuch && !entry.killed) await this.#judge(entry, bytes);
    }
    const helperTicks = all.find(({ id }) => id === helper.id)?.ticks ?? 0;
    const helperMs = 1000 * helper.addTicks(helperTicks) / ticksPerSecond;
    const now = this.#clock.monotonic();
    this.#saved = this.#budget(now) - helperMs - (now - began);
    this.#rest(groups);
  }

  #rest(groups: readonly number[]): void {
    const now = this.#clock.monotonic();
    for (const id of groups) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      entry.due = now + entry.rest;
      const most = entry.memory === undefined ? restAtMost : limitedAtMost;
      entry.rest = Math.min(most, 2 * entry.rest);
    }
  }

  /** Pages that several processes share count once; only then is it too much. */
  async #judge(entry: Entry, bytes: number): Promise<void> {
    const shares = await this.#help().ask("share", [...entry.known.keys()].join(" "));
    const kilobytes = [...shares.matchAll(/^Pss:\s+(\d+) kB$/gm)].map(([, number]) =>
      Number(number)
    );
    // None if the kernel does not tell.
    const fair = kilobytes.length === 0
      ? bytes
      : 1024 * kilobytes.reduce((sum, number) => sum + number, 0);
    if (fair <= entry.memory! || !this.#entries.has(entry.process.id)) return;
    entry.killed = true;
    entry.tooMuch(fair);
    entry.process.kill();
  }
}

/** The processes of each group: those in it, those that have left it, and all that these started. */
function membersOf(
  stats: readonly ProcessStat[],
  entries: ReadonlyMap<number, Entry>,
): Map<number, ProcessStat[]> {
  const byId = new Map(stats.map((stat) => [stat.id, stat]));
  const owners = new Map<number, number | undefined>();
  const ownerOf = (stat: ProcessStat | undefined): number | undefined => {
    if (stat === undefined) return undefined;
    if (owners.has(stat.id)) return owners.get(stat.id);
    owners.set(stat.id, undefined); // parents form no circle, but a listing is not of one moment
    let owner = entries.has(stat.group) ? stat.group : undefined;
    for (const [id, { known }] of entries) {
      if (owner === undefined && known.get(stat.id) === stat.began) owner = id;
    }
    owner ??= ownerOf(byId.get(stat.parent));
    owners.set(stat.id, owner);
    return owner;
  };
  const members = new Map<number, ProcessStat[]>();
  for (const stat of stats) {
    const owner = ownerOf(stat);
    if (owner === undefined) continue;
    const list = members.get(owner);
    if (list === undefined) members.set(owner, [stat]);
    else list.push(stat);
  }
  return members;
}

function kill(id: number): void {
  try {
    Deno.kill(id, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
