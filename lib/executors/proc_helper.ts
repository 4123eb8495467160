// A shell beside this process that reads what Deno may not: `/proc`. It answers questions, one line each.
// Leaves out what is made of the answers (command_guard.ts).

import type { Spawn } from "../core/disk.ts";

/** An answer that does not come within this time, in ms, is not waited for. */
const patienceMs = 10_000;

/**
 * Reads `<what> <number> <groups>` by line and answers with listings that end in a line `= <number>`. At the end of its
 * input it ends the groups of the last line. Ignores signals, which may be meant for all processes of a terminal.
 */
const script = `trap '' INT TERM HUP QUIT PIPE
echo "$(getconf CLK_TCK 2>/dev/null) $(getconf PAGESIZE 2>/dev/null)"
while read -r what number rest; do
  case $what in
    list) groups=$rest; cat /proc/[0-9]*/stat 2>/dev/null; echo; echo "= $number" ;;
    note) groups=$rest ;;
    share) for p in $rest; do cat "/proc/$p/smaps_rollup" 2>/dev/null; done; echo "= $number" ;;
    find) grep -lsF -e "$rest" /proc/[0-9]*/environ; echo "= $number" ;;
  esac
done
for g in $groups; do kill -s TERM -- "-$g" 2>/dev/null; done
[ -z "$groups" ] || sleep 2
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done
`;

/**
 * The shell, and the questions on their way to it. It is given the groups that it has to end if this process dies.
 *
 * @example
 * ```ts
 * import { ProcHelper } from "#lib/executors/proc_helper.ts";
 * import { denoSpawn } from "#lib/world/deno_spawn.ts";
 * import { assertEquals } from "@std/assert";
 * const helper = new ProcHelper(denoSpawn());
 * assertEquals(await helper.ask("find", "no environment holds this"), "");
 * await helper.close();
 * ```
 */
export class ProcHelper {
  /** Groups that it knows. */
  groups: readonly number[] = [];
  units = { ticksPerSecond: 100, pageSize: 4096 };
  /** Of its process. */
  id = 0;
  #ticks = 0;
  readonly #write: (line: string) => void;
  readonly #close: () => void;
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, PromiseWithResolvers<string>>();
  readonly #decoder = new TextDecoder();
  #text = "";
  #broken = false;
  #isGreeted = false;
  #number = 0;

  constructor(spawn: Spawn) {
    const encoder = new TextEncoder();
    let control!: ReadableStreamDefaultController<Uint8Array>;
    const input = new ReadableStream<Uint8Array>({ start: (given) => void (control = given) });
    this.#write = (line) => {
      if (!this.#broken) control.enqueue(encoder.encode(`${line}\n`));
    };
    this.#close = () => {
      if (!this.#broken) control.close();
    };
    this.#ended = spawn.run(["/bin/sh", "-c", script], {
      cwd: "/",
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C" },
      signal: new AbortController().signal,
      group: true,
      input,
      output: (bytes) => this.#hear(bytes),
      started: ({ id }) => void (this.id = id),
    }).catch(() => {}).finally(() => {
      this.#broken = true;
      for (const { reject } of this.#waiting.values()) reject(new Error("the helper ended"));
    });
  }

  /** Takes down how many clock ticks it has used so far; returns how many are new. */
  addTicks(ticks: number): number {
    const more = Math.max(0, ticks - this.#ticks);
    this.#ticks += more;
    return more;
  }

  /** All lines of `/proc/<id>/stat`. */
  list(groups: readonly number[]): Promise<string> {
    this.groups = groups;
    return this.ask("list", groups.join(" "));
  }

  /** Tells which groups there are, without a listing. */
  note(groups: readonly number[]): void {
    this.groups = groups;
    this.#write(`note 0 ${groups.join(" ")}`);
  }

  /** `list`, `share` (of process ids) or `find` (of a text in environments). Rejects if no answer comes. */
  async ask(what: "list" | "share" | "find", rest: string): Promise<string> {
    if (this.#broken) throw new Error("the helper ended");
    const number = ++this.#number;
    const answer = Promise.withResolvers<string>();
    this.#waiting.set(number, answer);
    const timer = setTimeout(() => answer.reject(new Error("no answer")), patienceMs);
    this.#write(`${what} ${number} ${rest}`);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(number);
    }
  }

  async close(): Promise<void> {
    this.note([]);
    this.#close();
    await this.#ended;
  }

  #hear(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (!this.#isGreeted) {
      const head = /^(\d*) (\d*)\n/.exec(this.#text);
      if (head === null) return;
      const [greeting, ticks, size] = head;
      this.units = { ticksPerSecond: Number(ticks) || 100, pageSize: Number(size) || 4096 };
      this.#text = this.#text.slice(greeting.length);
      this.#isGreeted = true;
    }
    for (const [number, answer] of this.#waiting) {
      const mark = `\n= ${number}\n`;
      const end = `\n${this.#text}`.indexOf(mark);
      if (end < 0) return;
      answer.resolve(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + mark.length - 1);
    }
  }
}
