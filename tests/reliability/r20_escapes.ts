// R20: programs whose outputs point out of their folder, or are no files at all. Each is refused in words; nothing outside
// is read or written by Basin.

import { createHash } from "node:crypto";
import { filesBelow } from "#tests/support/stored.ts";
import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { makeRoom, type Room, sh, stagesOf } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

/** What a program does about its output \`out\`, with the folder outside as \`$1\`: each must fail as `bad-output`. */
const hostile: Readonly<Record<string, string>> = {
  link_to_file: `ln -s "$1/secret" out/out`,
  link_to_root: `ln -s / out/out`,
  link_relative: `ln -s ../../../../secret out/out`,
  link_chain: `ln -s "$1/secret" a; ln -s "$PWD/a" out/out`,
  link_inside: `echo x > out/real; ln -s real out/out`,
  link_to_itself: `ln -s out out/out`,
  link_dangling: `ln -s nowhere out/out`,
  link_to_device: `ln -s /dev/zero out/out`,
  link_to_environment: `ln -s /proc/self/environ out/out`,
  out_is_a_link: `rmdir out; ln -s "$1" out`,
  pipe: `mkfifo out/out`,
  socket: `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("out/out")'`,
  zero: `mknod out/out c 1 5`,
  disk: `mknod out/out b 7 0`,
  folder_for_file: `mkdir out/out`,
  nothing: `true`,
  hard_link_outside: `ln "$1/secret" out/out`,
  hard_link_to_store: `ln "$(ls "$1"/../room/results/store/cas/sha256/*/* | head -n 1)" out/out`,
  swapped_after:
    `(sleep 0.2; rm -f out/out; ln -s "$1/secret" out/out) & echo x > out/out; sleep 0.5`,
  killed: `echo x > out/out; kill -KILL $$`,
  failed: `echo x > out/out; exit 3`,
};

/** The same for an output of kind `folder`. */
const hostileFolders: Readonly<Record<string, string>> = {
  link_in_folder: `mkdir -p out/out; ln -s "$1/secret" out/out/x`,
  link_deep: `mkdir -p out/out/a/b; ln -s "$1" out/out/a/b/c`,
  pipe_in_folder: `mkdir -p out/out; mkfifo out/out/x`,
  device_in_folder: `mkdir -p out/out; mknod out/out/x c 1 5`,
  newline: `mkdir -p out/out; echo x > "out/out/a
b"`,
  folder_is_a_link: `ln -s "$1" out/out`,
  very_deep:
    `mkdir -p "out/out/$(printf 'a/%.0s' $(seq 200))"; echo x > "out/out/$(printf 'a/%.0s' $(seq 200))x"`,
};

/** Paths of outputs that no workflow may declare. */
const paths = [
  "../x",
  "/etc/x",
  "a/../../x",
  "..",
  ".",
  "",
  "./../x",
  "a/..",
  "~/../../x",
  "a\nb",
  "a\0b",
];

export const r20: Trial = {
  id: "R20",
  title: "escapes",
  needs: ["root", "python3"],
  cores: 1,
  limitSeconds: 120,
  async run(at: Attempt) {
    const outside = `${at.folder}/outside`;
    const room = await makeRoom(`${at.folder}/room`);
    await Deno.mkdir(outside);
    await Deno.writeTextFile(`${outside}/secret`, "a secret of somebody else\n");
    await sh(`ln -s "$1" "$2/outside"`, outside, room.folder);
    // A store with a file in it, to link to.
    await room.write(
      "good.yaml",
      program({ good: `head -c 100000 /dev/zero > out/out` }, "file", outside),
    );
    same((await external(room, "good.yaml")).code, 0, "a good program");
    const before = await listing(outside);

    await room.write("files.yaml", program(hostile, "file", outside));
    await refuses(at, room, "files.yaml", Object.keys(hostile));
    await room.write("folders.yaml", program(hostileFolders, "folder", outside));
    await refuses(at, room, "folders.yaml", Object.keys(hostileFolders));

    for (const path of paths) {
      await room.write("path.yaml", declared(path));
      const { code, stderr } = await external(room, "path.yaml");
      same(code, 2, `the declared path ${JSON.stringify(path)}; it said: ${stderr}`);
      holds(/path\.yaml:\d+:\d+: error: /.test(stderr), `no line and column: ${stderr}`);
      at.count("declared paths refused");
    }
    // Values that a shell would take for something else arrive as they are.
    const words = [
      "-rf",
      "$(id)",
      "`id`",
      "; touch polluted",
      "a'b\"c",
      "*",
      "~",
      "a\nb",
      "\\",
      "--",
      "&",
      "> polluted",
    ];
    await room.write(
      "words.yaml",
      `name: words
axes: { word: ${JSON.stringify(words)} }
stages:
  say: { over: [word], run: "printf %s \${{ word }} > \${{ outputs.out }}", outputs: { out: file } }
`,
    );
    const said = await external(room, "words.yaml");
    same([said.code, said.stderr], [0, ""], "words that are quoted");
    const expected = words.map((word) => sha256(new TextEncoder().encode(word))).sort();
    const { whole } = await readResults(room.path("results/store"));
    const found = [...whole.values()].filter(({ provenance }) => provenance.workflow === "words")
      .flatMap(({ outputs }) =>
        Object.values(outputs.out.files).map(({ digest }) => digest as string)
      ).sort();
    same(found, expected, "what the words became");
    at.count("words that arrive as they are", words.length);

    same(await listing(outside), before, "the folder outside");
    none((await filesBelow(room.folder)).filter((path) => path.endsWith("polluted")), "polluted");
    const secret = sha256(await Deno.readFile(`${outside}/secret`));
    none(
      [...whole.values()].flatMap(({ outputs }) => Object.values(outputs))
        .flatMap(({ files }) => Object.values(files)).filter(({ digest }) => digest === secret),
      "secrets in the store",
    );
    none(await filesBelow(room.path("results/work")), "files left by programs");
    at.count("bytes outside", 0);
  },
};

function external(room: Room, file: string) {
  return room.basin([file, "--json", "--jobs", "2"], { task: "run:external" });
}

async function refuses(at: Attempt, room: Room, file: string, names: readonly string[]) {
  const ended = await external(room, file);
  same([ended.code, ended.stderr], [1, ""], `${file}: exit code and errors`);
  same(stagesOf(ended.events).ran, [], `${file}: outputs that were taken`);
  const failures = ended.events.flatMap((event) => event.type === "stage-failed" ? [event] : []);
  same(failures.map(({ stage }) => stage).sort(), [...names].sort(), `${file}: stages that failed`);
  for (const { stage, failure } of failures) {
    const reasons = { killed: "signal", failed: "exit" } as Readonly<Record<string, string>>;
    const expected = reasons[stage] ?? "bad-output";
    holds(
      failure.reason === expected || stage in reasons,
      `${stage}: ${failure.reason}: ${failure.message}`,
    );
    holds(failure.message.length > 10, `${stage}: ${failure.message}`);
    at.count("outputs refused");
  }
  same(stagesOf((await external(room, file)).events).hit, [], "failures that were cached");
}

function program(scripts: Readonly<Record<string, string>>, kind: string, outside: string): string {
  const stages = Object.entries(scripts).map(([name, script]) =>
    `  ${name}:
    run: [sh, -c, ${JSON.stringify(script)}, sh, ${JSON.stringify(outside)}]
    outputs: { out: ${kind} }
`
  );
  return `name: hostile\nstages:\n${stages.join("")}`;
}

function declared(path: string): string {
  return `name: declared
stages:
  x: { run: "true", outputs: { out: { kind: file, path: ${JSON.stringify(path)} } } }
`;
}

/** Every name below a folder, with what it is and holds. */
async function listing(folder: string): Promise<string> {
  return await sh(`cd "$1"; find . -printf '%p %y %m %s %n %T@\\n' | sort; cat secret`, folder);
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
