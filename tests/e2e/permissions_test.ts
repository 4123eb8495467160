// Every command of deno.json that runs Basin, once, with Deno's record of all that it asked permission for: nothing may lie
// outside what the command is granted.
//
// The record names what was asked for and not whether it was granted; that a command ends well says that nothing it
// needed was refused. For files opened to be read, Deno 2.9 records a write at the same path right after the read, so a
// write counts only where no read of that path stands before it.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyProject, type Project } from "#tests/support/project.ts";

const tiny = `name: tiny
stages:
  states:
    task: simulate
    with: { system: lorenz, num_trials: 2, num_steps: 10, seed: 1 }
  scaled: { task: normalize, from: { trajectories: states } }
`;

const external = `name: external
stages:
  note:
    run: echo told > \${{ outputs.text }}
    outputs: { text: file }
`;

/** The arguments with which each command does its work here, in this order. */
const commands: readonly (readonly [task: string, ...args: string[]])[] = [
  ["plan", "workflows/tiny.yaml"],
  ["run", "workflows/tiny.yaml", "--json"],
  ["why", "workflows/tiny.yaml", "states", "--set", "stages.states.with.seed=2"],
  ["show", "workflows/tiny.yaml", "scaled"],
  ["graph", "workflows/tiny.yaml"],
  ["export", "tiny"],
  ["report", "workflows/tiny.yaml"],
  ["describe", "dmd"],
  ["stats"],
  ["verify", "workflows/tiny.yaml", "states"],
  ["fsck"],
  ["push", "results/elsewhere"],
  ["pull", "results/elsewhere"],
  ["gc"],
  ["doctor"],
  ["basin", "--help"],
  ["run:ci", "workflows/tiny.yaml"],
  ["report", "workflows/tiny.yaml", "--diff", "previous"],
  ["run:external", "workflows/external.yaml"],
  ["basin:external", "run", "workflows/external.yaml"],
];

/**
 * Commands that use nothing but reading. Of the others, besides reading: `plan` writes results/closures and asks for
 * BASIN_JOBS; `run` writes results and asks for what GitHub says; `report`, `export`, `push` and `gc` write what they are for;
 * `doctor` tries to write to results and asks for DENO_WEBGPU_BACKEND.
 */
const looking = ["why", "show", "graph", "stats", "fsck"];

interface Access {
  readonly permission: string;
  readonly value: string;
}

type Grants = ReadonlyMap<string, readonly string[] | "all">;

const { tasks } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
) as { tasks: Readonly<Record<string, { readonly command: string }>> };

const summaryFile = "results/summary.md";

/** What a command is granted; what it has ignored it may ask for, and gets nothing. */
function grantsOf(task: string): Grants {
  const grants = new Map<string, readonly string[] | "all">();
  for (const word of tasks[task].command.split(" ")) {
    const [, sort, permission, list] = /^--(allow|ignore)-(\w+)(?:=(.*))?$/.exec(word) ?? [];
    if (sort === undefined) continue;
    const known = grants.get(permission) ?? [];
    const all = known === "all" || list === undefined;
    const names = list?.replace("$GITHUB_STEP_SUMMARY", summaryFile).split(",") ?? [];
    grants.set(permission, all ? "all" : [...known, ...names]);
  }
  return grants;
}

/** Whether an access lies inside what is granted. */
function isGranted({ permission, value }: Access, grants: Grants, folder: string): boolean {
  const granted = grants.get(permission);
  if (granted === undefined || granted === "all") return granted === "all";
  if (permission !== "read" && permission !== "write") return granted.includes(value);
  const path = join(value.startsWith("/") ? "/" : folder, value);
  return granted.some((one) => {
    const allowed = join(folder, one);
    return path === allowed || path.startsWith(`${allowed}/`);
  });
}

async function accesses(file: string): Promise<readonly Access[]> {
  const text = await Deno.readTextFile(file).catch(() => "");
  const all = text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Access);
  return all.filter(({ permission, value }, i) =>
    permission !== "write" || all[i - 1]?.permission !== "read" || all[i - 1].value !== value
  );
}

async function audited(
  project: Project,
  [task, ...args]: readonly [string, ...string[]],
): Promise<readonly Access[]> {
  const audit = await Deno.makeTempFile({ prefix: "basin-audit-" });
  const env = {
    DENO_AUDIT_PERMISSIONS: audit,
    ...(task === "run:ci" ? { CI: "true", GITHUB_STEP_SUMMARY: summaryFile } : {}),
  };
  try {
    const { code, stdout, stderr } = await project.basin(task, args, { env });
    assertEquals(code, 0, `${task} ${args.join(" ")}\n${stdout}${stderr}`);
    assert(!/Allow\?|NotCapable|Requires .* access/.test(stdout + stderr), stdout + stderr);
    return await accesses(audit);
  } finally {
    await Deno.remove(audit);
  }
}

Deno.test("every command of Basin in deno.json is tried here, and none may ask", () => {
  const basins = Object.entries(tasks).filter(([, { command }]) => command.includes("cli/main.ts"));
  const known = new Set(commands.map(([task]) => task));
  const rest = basins.map(([task]) => task).filter((task) => !known.has(task));
  // `smoke` is `run` with a workflow.
  assertEquals(rest, ["smoke"]);
  assertEquals(grantsOf("smoke"), grantsOf("run"));
  for (const [task, { command }] of basins) {
    assert(command.includes("--no-prompt"), task);
    // Starting programs is not in Deno's record.
    assertEquals(grantsOf(task).has("run"), task.endsWith(":external"), task);
  }
});

Deno.test("Deno's record shows what was refused, and what is outside of what is granted", async () => {
  const folder = await Deno.makeTempDir({ prefix: "basin-audit-" });
  try {
    const tried = ["Deno.readTextFileSync('x')", "Deno.writeTextFileSync('y', '')"]
      .concat("Deno.env.get('HOME')", "await Deno.connect({ port: 9 })", "Deno.hostname()");
    const code = tried.map((one) => `try { ${one} } catch { /* refused */ }`).join("\n");
    await Deno.writeTextFile(join(folder, "try.ts"), code);
    await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-config", "--no-check", "try.ts"],
      cwd: folder,
      env: { DENO_AUDIT_PERMISSIONS: join(folder, "audit") },
    }).output();
    const all = await accesses(join(folder, "audit"));
    const outside = all.filter((access) => !isGranted(access, grantsOf("run"), folder));
    const kinds = (found: readonly Access[]) => [...new Set(found.map((one) => one.permission))];
    assertEquals(kinds(all), ["read", "write", "env", "net", "sys"]);
    assertEquals(kinds(outside), ["write", "env", "net", "sys"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("commands ask for nothing that deno.json does not grant them", async (t) => {
  await using project = await copyProject({
    "workflows/tiny.yaml": tiny,
    "workflows/external.yaml": external,
    [summaryFile]: "",
  });
  for (const command of commands) {
    const [task, ...args] = command;
    await t.step(command.join(" "), async () => {
      const grants = grantsOf(task);
      const all = await audited(project, command);
      // `describe` prints what the program was loaded with.
      const usesNothing = args.includes("--help") || task === "describe";
      if (!usesNothing) assert(all.length > 0, "nothing was recorded");
      const outside = all.filter((access) => !isGranted(access, grants, project.folder));
      if (looking.includes(task)) {
        assertEquals([...new Set(all.map(({ permission }) => permission))], ["read"]);
      }
      const named = outside.map(({ permission, value }) => `${permission} ${value}`);
      assertEquals([...new Set(named)], []);
    });
  }
});
