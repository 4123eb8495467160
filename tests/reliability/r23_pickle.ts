// R23: pickles, which run code when they are loaded: as outputs, as inputs, inside NumPy's files. Basin loads none.

import { filesBelow } from "#tests/support/stored.ts";
import { holds, none, same } from "./promise.ts";
import { makeRoom } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

const script = `import os, pickle, struct, sys, zipfile
marker, out, how = sys.argv[1:]
class Boom:
    def __reduce__(self):
        return (os.system, ("touch " + marker,))
code = pickle.dumps(Boom())
def npy():
    header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    header += " " * (63 - (10 + len(header)) % 64) + "\\n"
    return b"\\x93NUMPY\\x01\\x00" + struct.pack("<H", len(header)) + header.encode() + code
if how in ("pkl", "pt"):
    open(out, "wb").write(code)
elif how == "zip":
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("archive/data.pkl", code)
elif how == "npy":
    open(out, "wb").write(npy())
else:
    os.makedirs(out, exist_ok=True)
    for name in ["values.npy", "states.npy", "data.npy", "array.npy"]:
        open(os.path.join(out, name), "wb").write(npy())
`;

const kinds = ["arrays", "trajectories", "table"];

export const r23: Trial = {
  id: "R23",
  title: "pickle",
  needs: ["python3"],
  cores: 1,
  limitSeconds: 60,
  async run(at: Attempt) {
    const marker = `${at.folder}/marker`;
    const stage = (name: string, how: string, kind: string) =>
      `  ${name}:
    run: [python3, "\${{ inputs.script }}", ${marker}, "\${{ outputs.made }}", ${how}]
    files: { script: make.py }
    outputs: { made: ${kind} }
`;
    const raw = ["pkl", "pt", "zip", "npy"];
    const room = await makeRoom(`${at.folder}/room`, {
      "make.py": script,
      "pickle.yaml": "name: pickle\nstages:\n" +
        raw.map((how) => stage(`raw_${how}`, how, `{ kind: file, path: made.${how} }`)).join("") +
        kinds.map((kind) => stage(`kind_${kind}`, "folder", kind)).join("") +
        raw.map((how) =>
          `  read_${how}:
    run: 'wc -c < \${{ inputs.pickle }} > \${{ outputs.size }}'
    from: { pickle: raw_${how} }
    outputs: { size: file }
`
        ).join("") +
        `  count: { task: ./count.ts, from: { pickle: raw_pkl } }
`,
      "count.ts": `import { defineTask, file, one, z } from "basin";

export default defineTask({
  name: "count",
  summary: "Counts bytes.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({}),
  inputs: { pickle: one(file) },
  outputs: { size: file },
  examples: [],
  run: (_context, _params, { pickle }) => ({ size: new TextEncoder().encode(String(pickle.length)) }),
});
`,
    });
    const ended = await room.basin(["pickle.yaml", "--json"], { task: "run:external" });
    const failures = ended.events.flatMap((event) => event.type === "stage-failed" ? [event] : []);
    same(
      failures.map(({ stage }) => stage).sort(),
      kinds.map((kind) => `kind_${kind}`).sort(),
      "refused",
    );
    for (const { stage, failure } of failures) same(failure.reason, "bad-output", stage);
    same(ended.code, 1, `exit code; it said: ${ended.stderr}`);
    at.count("pickles where arrays belong, refused", failures.length);
    at.count("pickles stored and read as bytes", raw.length);
    for (
      const command of [
        ["plan", "pickle.yaml"],
        ...raw.map((how) => ["show", "pickle.yaml", `raw_${how}`]),
        ["report", "pickle.yaml"],
        ["stats"],
        ["fsck"],
      ]
    ) {
      const { code, stderr } = await room.basin(command);
      same([code, stderr.includes("    at ")], [0, false], `${command.join(" ")}: ${stderr}`);
      at.count("commands that look at them");
    }
    none(
      (await filesBelow(at.folder)).filter((path) => path === marker),
      "markers: a pickle was loaded",
    );
    holds(!await Deno.stat(marker).then(() => true, () => false), "a pickle was loaded");
    at.count("markers", 0);
  },
};
