// The terminal: the only place that knows standard output, the environment, signals and exit codes.
// Everything that writes gets one of these, so that tests can read what a person would see.

import { setColorEnabled } from "@std/fmt/colors";

/** Where a command talks to its user. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether standard error is a terminal that can be redrawn. */
  readonly live: boolean;
  readonly colour: boolean;
  /** Width in columns, 80 if unknown. */
  columns(): number;
  /** Height in rows, 24 if unknown. */
  rows(): number;
  env(name: string): string | undefined;
  readonly cwd: string;
  /** Root of the Basin project: where `lib` and `tasks` lie. */
  readonly root: string;
  readonly numCpus: number;
  /** Calls back for each of SIGINT, SIGTERM, SIGHUP until disposed. */
  onSignal(callback: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void): Disposable;
}

/** The environment variables that Basin reads; tasks in `deno.json` grant exactly these. */
export const environmentVariables = [
  "NO_COLOR",
  "FORCE_COLOR",
  "CI",
  "GITHUB_ACTIONS",
  "GITHUB_STEP_SUMMARY",
  "BASIN_JOBS",
  "DENO_WEBGPU_BACKEND",
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "XDG_RUNTIME_DIR",
] as const;

/** The real terminal of this process. */
export function realTerminal(root: string): Terminal {
  const colour = env("NO_COLOR") === undefined &&
    (env("FORCE_COLOR") !== undefined || Deno.stderr.isTerminal());
  setColorEnabled(colour);
  const encoder = new TextEncoder();
  const size = sizeOf(Deno.stderr.isTerminal() || Deno.stdout.isTerminal());
  return {
    out: (text) => writeAll(Deno.stdout, encoder.encode(text)),
    err: (text) => writeAll(Deno.stderr, encoder.encode(text)),
    live: Deno.stderr.isTerminal() && env("CI") === undefined,
    colour,
    columns: () => size().columns,
    rows: () => size().rows,
    env,
    cwd: Deno.cwd(),
    root,
    numCpus: navigator.hardwareConcurrency,
    onSignal(callback) {
      const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
      const listeners = signals.map((signal) => [signal, () => callback(signal)] as const);
      for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
      return {
        [Symbol.dispose]() {
          for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
        },
      };
    },
  };
}

function env(name: string): string | undefined {
  if (!(environmentVariables as readonly string[]).includes(name)) return undefined;
  try {
    return Deno.env.get(name);
  } catch {
    return undefined;
  }
}

/** Asked for every line, looked up a few times a second: a pipe has no size, and says so by a costly error. */
function sizeOf(isTerminal: boolean): () => { readonly columns: number; readonly rows: number } {
  const unknown = { columns: 80, rows: 24 };
  let known = unknown;
  let until = isTerminal ? -Infinity : Infinity;
  return () => {
    const now = performance.now();
    if (now < until) return known;
    until = now + 100;
    try {
      const { columns, rows } = Deno.consoleSize();
      known = { columns: columns || unknown.columns, rows: rows || unknown.rows };
    } catch {
      known = unknown;
    }
    return known;
  };
}

/** A closed pipe (`basin plan | head`) ends the program quietly, as other tools do. */
function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(141);
    throw error;
  }
}
