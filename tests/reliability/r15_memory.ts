// R15: one of twenty programs takes more memory than it may. It is ended and says so; the others, and Basin itself, do
// not notice.

import { holds, same } from "./promise.ts";
import { makeRoom, stagesOf } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

const workflow = `name: memory
axes: { i: "\${{ range(20) }}" }
stages:
  take:
    over: [i]
    run: [python3, "\${{ inputs.script }}", "\${{ i }}", "\${{ outputs.size }}"]
    files: { script: take.py }
    outputs: { size: file }
    resources: { memory: 200MB }
`;

const script = `import sys, time
number, out = sys.argv[1:]
held = []
size = 1000 if number == "7" else 20
for _ in range(size // 10):
    held.append(bytearray(b"x") * 10_000_000)
    time.sleep(0.05)
open(out, "w").write(str(size))
`;

export const r15: Trial = {
  id: "R15",
  title: "out of memory",
  needs: ["python3"],
  cores: 2,
  limitSeconds: 120,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`, {
      "memory.yaml": workflow,
      "take.py": script,
    });
    const running = room.start(["memory.yaml", "--json", "--jobs", "4"], { task: "run:external" });
    let peak = 0;
    const timer = setInterval(() => peak = Math.max(peak, peakOf(running.pid)), 50);
    const ended = await running.ended;
    clearInterval(timer);
    same(ended.code, 1, `exit code; it said: ${ended.stderr}`);
    const failures = ended.events.flatMap((event) => event.type === "stage-failed" ? [event] : []);
    same(failures.map(({ stage }) => stage), ["take[i=7]"], "stages that failed");
    const [{ failure }] = failures;
    at.say(`take[i=7]: ${failure.reason}: ${failure.message}`);
    same(failure.reason, "out-of-memory", "reason");
    holds(
      /200 ?MB|0\.2 ?GB|190\.\d+ ?MiB/.test(failure.message),
      `no limit in: ${failure.message}`,
    );
    holds(/\d+(\.\d+)? ?[MG]i?B.*\d+(\.\d+)? ?[MG]i?B/.test(failure.message), "no limit and peak");
    same(stagesOf(ended.events).ran.length, 19, "stages done");
    at.count("of 20 stages done", 19);
    at.say(`Basin itself took ${(peak / 1e6).toFixed(0)} MB at most (promised: 300 MB)`);
    holds(peak > 0 && peak < 300e6, `Basin took ${peak} bytes`);
    const again = await room.basin(["memory.yaml", "--json"], { task: "run:external" });
    same(stagesOf(again.events).started, ["take[i=7]"], "a second run starts");
  },
};

/** The largest size that a process had, in bytes. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
