// A terminal in memory: what a command wrote, in a room of one's own.

import type { Terminal } from "#lib/cli/terminal.ts";

/** A terminal that remembers. */
export interface TestTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** Makes one; `env` holds the only variables it knows. */
export function testTerminal(
  options: {
    readonly root?: string;
    readonly columns?: number;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): TestTerminal {
  const written = { out: "", err: "" };
  const { root = "/basin", columns = 80, env = {} } = options;
  return {
    written,
    out: (text) => void (written.out += text),
    err: (text) => void (written.err += text),
    live: false,
    colour: false,
    columns: () => columns,
    rows: () => 24,
    env: (name) => env[name],
    cwd: root,
    root,
    numCpus: 4,
    onSignal: () => ({ [Symbol.dispose]() {} }),
  };
}
