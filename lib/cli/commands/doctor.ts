// `doctor`: what this machine has, what is missing, and how to get it.

import { bold, dim, green, red, yellow } from "@std/fmt/colors";
import { join, resolve } from "@std/path";
import { z } from "zod";
import { describeAbsence } from "../../../gpu/runtime/absence.ts";
import { findAdapter, type FoundAdapter, type NoAdapter } from "../../../gpu/runtime/adapter.ts";
import type { Result } from "../../core/result.ts";
import { mayStartPrograms } from "../../executors/local.ts";
import { formatBytes, plural } from "../../report/format.ts";
import { defineCommand, exitCodes } from "../command.ts";
import { forgetAdapter, prepareEnvironment } from "../engine_probe.ts";
import { gpuFacts } from "../gpu_facts.ts";
import { readMachine } from "../machine.ts";
import type { Terminal } from "../terminal.ts";
import { basinVersion, denoVersion } from "../version.ts";
import { wrap } from "../wrap.ts";

/** One finding. */
interface Finding {
  readonly state: "good" | "note" | "bad";
  readonly what: string;
  readonly found: string;
  /** How to get what is missing. */
  readonly remedy?: string;
}

export default defineCommand({
  name: "doctor",
  summary: "Say what this machine has, what is missing, and how to get it.",
  arguments: [],
  options: z.strictObject({
    results: z.string().default("results").meta({
      description: "folder for the store and the runs",
      placeholder: "DIR",
    }),
    json: z.boolean().default(false).describe("findings as JSON"),
  }),
  examples: [{ command: "deno task doctor", summary: "check before the first run" }],
  async handler(terminal, _args, options) {
    prepareEnvironment(resolve(terminal.cwd, options.results));
    const found = await findAdapter(navigator.gpu);
    await forgetAdapter(resolve(terminal.cwd, options.results));
    const findings = [
      versions(),
      machine(terminal),
      await workers(),
      await folder(resolve(terminal.cwd, options.results)),
      await locks(resolve(terminal.cwd, options.results)),
      programs(),
      adapter(terminal, found),
      engines(found),
    ];
    if (options.json) terminal.out(JSON.stringify(findings) + "\n");
    else for (const finding of findings) terminal.out(lines(finding, terminal.columns()));
    return findings.some(({ state }) => state === "bad") ? exitCodes.stageFailed : exitCodes.done;
  },
});

function lines({ state, what, found, remedy }: Finding, columns: number): string {
  const mark = { good: green("✓"), note: yellow("–"), bad: red("✗") }[state];
  const indent = " ".repeat(14);
  const rows = (text: string) =>
    text.split("\n").flatMap((row) =>
      // What is to be copied stays in one line.
      /^(-|export )/.test(row) ? [row] : wrap(row, Math.max(40, columns - indent.length))
    );
  return `${mark} ${bold(what.padEnd(11))} ${rows(found).join(`\n${indent}`)}\n` +
    (remedy === undefined ? "" : rows(remedy).map((row) => dim(`${indent}${row}\n`)).join(""));
}

function versions(): Finding {
  const tested = denoVersion.startsWith("2.9.");
  return {
    state: tested ? "good" : "note",
    what: "versions",
    found: `Basin ${basinVersion}, Deno ${denoVersion}`,
    ...(tested ? {} : { remedy: "tested with Deno 2.9.6: npx -y deno@2.9.6 task …" }),
  };
}

function machine(terminal: Terminal): Finding {
  const settings = readMachine(terminal);
  if (settings === null) return { state: "bad", what: "machine", found: "see the error above" };
  const { cpus = terminal.numCpus, memory, slots, file } = settings;
  const named = Object.entries(slots).map(([name, { length }]) => `${length} ${name}`);
  return {
    state: "good",
    what: "machine",
    found: `${plural(cpus, "worker")} on ${plural(terminal.numCpus, "processor")}, ` +
      (memory === undefined ? "" : `${formatBytes(memory)}, `) +
      (named.length === 0 ? "no named slots" : named.join(", ")),
    ...(named.length > 0 ? {} : { remedy: `slots such as gpu are declared in ${file}` }),
  };
}

/** Without locks of the kernel, leases take their place: slower to notice that a process is gone. */
async function locks(path: string): Promise<Finding> {
  const probe = join(path, `.doctor-${crypto.randomUUID()}`);
  try {
    using file = await Deno.open(probe, { create: true, write: true });
    const free = await file.tryLock(true);
    return free
      ? { state: "good", what: "locks", found: "the file system has them" }
      : { state: "bad", what: "locks", found: `a new file in ${path} is locked already` };
  } catch (error) {
    return {
      state: "note",
      what: "locks",
      found: `none in ${path}: leases are used (${error instanceof Error ? error.message : error})`,
    };
  } finally {
    await Deno.remove(probe).catch(() => {});
  }
}

function programs(): Finding {
  return mayStartPrograms()
    ? { state: "good", what: "programs", found: "may be started by `run:` stages" }
    : {
      state: "good",
      what: "programs",
      found: "may not be started from here; `deno task run:external` may",
    };
}

/** Stages run in workers without permissions; this is where an unfit Deno shows. */
async function workers(): Promise<Finding> {
  const code = `
    let read = "denied";
    try { Deno.readTextFileSync("/"); read = "allowed"; } catch (error) { if (error.name !== "NotCapable") read = "allowed"; }
    postMessage(read);`;
  const answer = await new Promise<string>((resolve) => {
    try {
      const worker = new Worker(`data:text/javascript,${encodeURIComponent(code)}`, {
        type: "module",
        deno: { permissions: "none" },
      });
      worker.onmessage = ({ data }) => (worker.terminate(), resolve(data));
      worker.onerror = (event) => (event.preventDefault(), resolve(event.message));
    } catch (error) {
      resolve(String(error));
    }
  });
  return answer === "denied"
    ? { state: "good", what: "sandbox", found: "workers start, and cannot read files" }
    : {
      state: "bad",
      what: "sandbox",
      found: `workers are not closed: ${answer}`,
      remedy: "start Basin through `deno task`, which turns on worker-options",
    };
}

async function folder(path: string): Promise<Finding> {
  const probe = join(path, `.doctor-${crypto.randomUUID()}`);
  try {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(probe, "");
    await Deno.remove(probe);
    return { state: "good", what: "results", found: `${path} can be written` };
  } catch (error) {
    return {
      state: "bad",
      what: "results",
      found: `${path} cannot be written: ${error instanceof Error ? error.message : error}`,
      remedy: "free the folder, or choose another with --results DIR",
    };
  }
}

function adapter(terminal: Terminal, found: Result<FoundAdapter, NoAdapter>): Finding {
  const { os } = Deno.build;
  const backend = terminal.env("DENO_WEBGPU_BACKEND");
  const variable = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].find((name) => terminal.env(name));
  const named = variable === undefined
    ? {}
    : { named: { variable, value: terminal.env(variable)! } };
  if (found.ok) {
    const { name, device } = found.value.facts;
    if (device === "gpu") return { state: "good", what: "gpu", found: name };
    // With a card's driver installed or NVIDIA about, a software adapter is a sign that something is missing.
    const facts = { ...gpuFacts({ os, reason: "software", backend }), ...named };
    const { missing, found: why, remedy } = describeAbsence(facts);
    const known = facts.nvidia || missing === "driver";
    return {
      state: "note",
      what: "gpu",
      found: `${name}: software, for tests (--engine webgpu)` + (known ? `; ${why}` : ""),
      remedy: known ? remedy.join("\n") : "a real GPU needs its own Vulkan driver",
    };
  }
  const facts = { ...gpuFacts({ os, reason: found.error.reason, backend }), ...named };
  const { found: why, remedy } = describeAbsence(facts);
  return {
    state: "note",
    what: "gpu",
    found: `${found.error.message}; not needed`,
    remedy: [why, ...remedy].join("\n"),
  };
}

/** What `--engine` can ask for here, and what `auto` takes. */
function engines(found: Result<FoundAdapter, NoAdapter>): Finding {
  const facts = found.ok ? found.value.facts : undefined;
  const names = [...(facts === undefined ? [] : [`webgpu (${facts.numerics})`]), "wasm", "ref"];
  const auto = facts?.device === "gpu" ? "webgpu" : "wasm";
  return { state: "good", what: "engines", found: `${names.join(", ")}; auto takes ${auto}` };
}
