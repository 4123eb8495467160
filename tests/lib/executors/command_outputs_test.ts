// What commands may leave behind and what they may not: links, pipes, devices, names that are no names, things that
// change while they are read, pickles. Whatever happens, nothing outside is read or written.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { table } from "#lib/core/artifacts/table.ts";
import type { DiskStat, World } from "#lib/core/disk.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import {
  type CommandPlace,
  failure,
  listing,
  output,
  outputText,
  withCommands,
} from "#tests/support/commands.ts";

interface Escape {
  readonly title: string;
  /** `OUTSIDE` stands for a folder beside the work folder, with a file `secret` in it. */
  readonly line?: string;
  readonly path?: string;
  readonly kind?: string;
  readonly says: RegExp;
  /** What must be on the machine. */
  readonly needs?: string;
}

const noFile = /leave a regular file/;
const noPath = /absolute|'\.\.'|part|does not lie in 'out\/'|control character|empty|longer|UTF-8/;

/** Declared paths that lead elsewhere, or are none. */
const paths = [
  "../x",
  "../../x",
  "/etc/x",
  "/x",
  "a/../../x",
  "out/../../x",
  "out/../x",
  "out/..",
  "..",
  ".",
  "",
  "/",
  "//",
  "out",
  "out/",
  "out//x",
  "out/./x",
  "./out/x",
  "outside/x",
  "in/x",
  "params.json",
  "-rf",
  "$(id)",
  "~/x",
  "out/a\nb",
  "out/a\0b",
  "out/a\u001b[31m",
  "out/\u2028",
  "out/\ud800",
  `out/${"x".repeat(256)}`,
  `out/${"x/".repeat(600)}y`,
];

/** What lies at a sound path but is not sound. */
const escapes: readonly Escape[] = [
  { title: "a link to outside", line: "ln -s OUTSIDE/secret out/x", says: noFile },
  {
    title: "a relative link to outside",
    line: "ln -s ../../../outside/secret out/x",
    says: noFile,
  },
  { title: "a link inside", line: "echo a > out/y; ln -s y out/x", says: noFile },
  { title: "a chain of links", line: "ln -s OUTSIDE/secret out/y; ln -s y out/x", says: noFile },
  { title: "a link to nothing", line: "ln -s nothing out/x", says: noFile },
  { title: "a link to itself", line: "ln -s x out/x", says: noFile },
  { title: "a link to /dev/zero", line: "ln -s /dev/zero out/x", says: noFile },
  {
    title: "a link as folder above",
    line: "rmdir out/d; ln -s OUTSIDE out/d",
    path: "out/d/secret",
    says: /"out\/d" is a symbolic link; it must be a folder/,
  },
  {
    title: "a link in the place of out",
    line: "rmdir out; ln -s OUTSIDE out",
    path: "out/secret",
    says: /"out" is a symbolic link; it must be a folder/,
  },
  { title: "a hard link", line: "ln OUTSIDE/secret out/x", says: /hard link, one of 2 names/ },
  { title: "a hard link inside", line: "echo > out/y; ln out/y out/x", says: /hard link/ },
  { title: "a FIFO", line: "mkfifo out/x", says: noFile },
  { title: "a device", line: "mknod out/x c 1 5", says: noFile, needs: "mknod" },
  { title: "a block device", line: "mknod out/x b 7 0", says: noFile, needs: "mknod" },
  {
    title: "a socket",
    line: `python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("out/x")'`,
    says: noFile,
    needs: "python3",
  },
  { title: "a folder in the place of a file", line: "mkdir out/x", says: /kind as `folder`/ },
  {
    title: "a folder above that is a file",
    line: "rmdir out; echo > out",
    says: /must be a folder/,
  },
  { title: "nothing", line: "echo > out/y", says: /left nothing there; "out" holds "y"/ },
  { title: "nothing at all", line: "rm -r out", says: /left nothing there/ },
  {
    title: "a file instead of a folder",
    kind: "folder",
    line: "echo > out/x",
    says: /this is a file, but a folder is a folder of files/,
  },
  {
    title: "a link instead of a folder",
    kind: "folder",
    line: "ln -s OUTSIDE out/x",
    says: /this is a symbolic link/,
  },
  { title: "an empty folder", kind: "folder", line: "mkdir -p out/x/y", says: /holds no file/ },
  ...([
    ["a link", "ln -s OUTSIDE/secret out/x/y", noFile],
    ["a link to a folder", "ln -s OUTSIDE out/x/y", noFile],
    ["a link to itself above", "ln -s . out/x/y", noFile],
    ["a hard link", "ln OUTSIDE/secret out/x/y", /hard link/],
    ["a FIFO", "mkfifo out/x/y", noFile],
    ["a name with a line end", 'touch "out/x/a\nb"', /"a\\nb".*U\+000A/],
    ["a name with an escape", "touch \"$(printf 'out/x/a\\033[31m')\"", /U\+001B/],
    ["a name that is no UTF-8", "touch \"$(printf 'out/x/a\\377')\"", /no valid UTF-8/],
    ["a folder that is no UTF-8", "d=$(printf 'out/x/a\\377'); mkdir $d; touch $d/b", /UTF-8/],
    ["a name of all objects", "touch out/x/__proto__", /property of all objects/],
    [
      "too many folders",
      `mkdir -p out/x/${"d/".repeat(70)}; touch out/x/${"d/".repeat(70)}f`,
      /64/,
    ],
  ] as const).map(([what, line, says]) => ({
    title: `a folder with ${what}`,
    kind: "folder",
    line: `mkdir out/x; echo a > out/x/good; ${line}`,
    says,
  })),
];

const pickle = "cos\\nsystem\\n(S'touch OUTSIDE/marker'\\ntR.";

/** Files that run code when Python loads them. Basin loads none, so most are kept as bytes, or refused. */
const pickles: readonly Escape[] = [
  { title: "a pickle as figure", kind: "figure", path: "out/x", says: /lacks figure.svg/ },
  { title: "a pickle as arrays", kind: "arrays", path: "out/x", says: /not a \.npy file/ },
  {
    title: "an array of objects",
    kind: "arrays",
    path: "out/x",
    says: /Python objects \(a pickle\)/,
  },
];

async function has(what: string): Promise<boolean> {
  const test = what === "mknod"
    ? 'f=$(mktemp -u) && mknod "$f" c 1 5 && rm "$f"' // root alone may not be enough
    : `command -v ${what}`;
  return (await new Deno.Command("/bin/sh", { args: ["-c", test] }).output()).success;
}

/** Runs a command beside a folder `outside`, and compares everything outside before and after. */
async function attempt(
  { folder, run }: CommandPlace,
  { line = "true", path = "out/x", kind = "file" }: Omit<Escape, "title" | "says">,
) {
  const outside = `${folder}/outside`;
  await Deno.mkdir(outside, { recursive: true });
  await Deno.writeTextFile(`${outside}/secret`, "secret");
  const work = [`${folder}/work`];
  const before = listing(folder, work);
  const ran = await run(line.replaceAll("OUTSIDE", outside), {
    outputs: { x: output(path, kind) },
  });
  assertEquals(listing(folder, work), before);
  assert(!JSON.stringify(ran).includes(btoa("secret")));
  return ran;
}

Deno.test("collectOutputs() refuses declared paths that lead elsewhere", () =>
  withCommands(async (place) => {
    for (const path of paths) {
      const found = failure(await attempt(place, { path, line: "echo > out/x" }));
      assertEquals(found.reason, "bad-output", JSON.stringify(path));
      assertMatch(found.message, noPath, JSON.stringify(path));
      assertStringIncludes(found.message, "the output x (file) at ");
      // deno-lint-ignore no-control-regex
      assert(!/[\u0000-\u001f]/.test(found.message));
    }
  }));

for (const { title, says, needs, ...escape } of escapes) {
  const there = needs === undefined || await has(needs);
  Deno.test({
    name: `collectOutputs() refuses ${title}${there ? "" : ` (skipped: needs ${needs})`}`,
    ignore: !there,
    fn: () =>
      withCommands(async (place) => {
        const found = failure(await attempt(place, escape));
        assertEquals(found.reason, "bad-output");
        assertMatch(found.message, says);
        assertMatch(found.message, /^the output x \(\w+\) at "out\//);
      }),
  });
}

Deno.test("collectOutputs() takes odd but sound names as they are", () =>
  withCommands(async (place) => {
    for (
      const path of ["out/-rf", "out/$(id)", "out/a b'\"\\", "out/é", "out/…/🧠", "out/%2e%2e"]
    ) {
      const line = `mkdir -p out/…; printf bytes > ${quote(path)}`;
      assertEquals(outputText(await attempt(place, { path, line }), "x"), "bytes", path);
    }
  }));

Deno.test("collectOutputs() reads folders whole, by relative path", () =>
  withCommands(async (place) => {
    const line =
      "mkdir -p out/x/b/c out/x/empty; echo 1 > out/x/b/c/2; echo 3 > out/x/a; chmod 755 out/x/a";
    const ran = await attempt(place, { line, kind: "folder" });
    assertEquals(Object.keys(ran.ok ? ran.value.outputs.x.files : {}), ["a", "b/c/2"]);
    assertEquals(outputText(ran, "x", "b/c/2"), "1\n");
  }));

Deno.test("collectOutputs() never unpacks archives", () =>
  withCommands(async (place) => {
    const line =
      "echo evil > evil; tar -cPf out/x ../../outside/secret 2>/dev/null || true; echo evil >> out/x";
    const ran = await attempt(place, { line, path: "out/x" });
    assertStringIncludes(outputText(ran, "x"), "evil");
  }));

Deno.test("collectOutputs() reads a table without a sidecar, and writes one", () =>
  withCommands(async (place) => {
    const line = "printf 'step\\tname\\tdone\\n1\\ta\\tTrue\\n2.5\\t\\tFalse\\n' > out/x.tsv";
    const ran = await attempt(place, { line, kind: "table", path: "out/x.tsv" });
    assert(ran.ok);
    const { columns, rows } = table.decode(ran.value.outputs.x.files);
    assertEquals(columns.map(({ name, type }) => [name, type]), [
      ["step", "number"],
      ["name", "string"],
      ["done", "boolean"],
    ]);
    assertEquals(rows, [[1, "a", true], [2.5, null, false]]);
  }));

Deno.test("collectOutputs() writes what it can read in its canonical form", () =>
  withCommands(async (place) => {
    const columns = `{"columns": [ {"type": "number", "name": "x"} ] }`;
    const line = `mkdir out/x; printf 'x\\n1.50\\n1e0\\n' > out/x/table.tsv
      printf '%s' '${columns}' > out/x/table.json`;
    const ran = await attempt(place, { line, kind: "table" });
    assertEquals(outputText(ran, "x", "table.tsv"), "x\n1.5\n1\n");
    assertEquals(
      outputText(ran, "x", "table.json"),
      '{"columns":[{"name":"x","type":"number"}]}\n',
    );
    const extra = await attempt(place, { line: `${line}; echo > out/x/notes.txt`, kind: "table" });
    assertMatch(failure(extra).message, /notes\.txt/);
    const wrong = await attempt(place, {
      line: `${line}; echo a >> out/x/table.tsv`,
      kind: "table",
    });
    assertMatch(failure(wrong).message, /row 3, column 'x': 'a' is no number/);
    const rank = `mkdir out/x; echo '{"rank": 3}' > out/x/common_rank.json; echo > out/x/notes`;
    const stray = await attempt(place, { line: rank, kind: "common_rank" });
    assertMatch(failure(stray).message, /"notes" is no part of it.*has common_rank\.json/);
    const unknown = await attempt(place, { line, kind: "tabel" });
    assertMatch(failure(unknown).message, /there is no kind 'tabel'; kinds are arrays,/);
  }));

for (const { title, says, kind, path } of pickles) {
  Deno.test(`collectOutputs() runs no code of ${title}`, () =>
    withCommands(async (place) => {
      const header =
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }                  \\n";
      const array = `printf '\\223NUMPY\\001\\000\\114\\000'; printf "${header}"`;
      const about = "echo '{}' > out/x/about.json; echo '{\"dims\": [\"x\"]}' > out/x/a.json";
      const line = path === "out/x"
        ? `mkdir out/x; ${about}; { ${
          title.includes("objects") ? array : "true"
        }; printf "${pickle}"; } > out/x/a.npy`
        : `printf "${pickle}" > ${path}`;
      const found = failure(await attempt(place, { line, kind: kind!, path: path! }));
      assertEquals(found.reason, "bad-output");
      assertMatch(found.message, says);
    }));
}

Deno.test("collectOutputs() keeps pickles as bytes, which run nothing", () =>
  withCommands(async (place) => {
    for (const path of ["out/model.pt", "out/model.pkl", "out/a.npy"]) {
      const ran = await attempt(place, { line: `printf "${pickle}" > ${path}`, path });
      assertMatch(outputText(ran, "x"), /^cos\nsystem\n/);
    }
    const python = await has("python3");
    if (!python) {
      return console.log("skipped: python3 is not there to show that the pickle would run");
    }
    // The pickle does run where it is loaded.
    const script = `printf "${
      pickle.replace("OUTSIDE/", "")
    }" > p; python3 -c 'import pickle; pickle.load(open("p", "rb"))'
      [ -e marker ] && echo ran > out/x`;
    assertEquals(outputText(await attempt(place, { line: script }), "x"), "ran\n");
  }));

Deno.test("collectOutputs() refuses more than an output may hold", () =>
  withCommands(async (place) => {
    const many = "mkdir out/x; for i in 1 2 3 4; do echo $i > out/x/$i; done";
    assertMatch(
      failure(await attempt(place, { line: many, kind: "folder" })).message,
      /larger than/,
    );
    const large = await attempt(place, {
      line: "truncate -s 2000 out/x || head -c 2000 /dev/zero > out/x",
    });
    assertMatch(failure(large).message, /larger than the 1000 bytes in 3 files/);
    assert((await attempt(place, { line: "head -c 1000 /dev/zero > out/x" })).ok);
  }, { limits: { bytes: 1000, files: 3 } }));

/** A world in which somebody acts between the look at a path and the reading of it. */
function between(path: RegExp, act: (at: string) => void): World {
  const world = denoWorld();
  let done = false;
  return {
    ...world,
    disk: {
      ...world.disk,
      stat(at): DiskStat | undefined {
        const stat = world.disk.stat(at);
        if (path.test(at) && !done) {
          done = true;
          act(at);
        }
        return stat;
      },
    },
  };
}

const swaps: readonly [string, RegExp, (at: string) => void][] = [
  ["a file that becomes a link", /x$/, (at) => {
    Deno.removeSync(at);
    Deno.symlinkSync("../../../outside/secret", at);
  }],
  ["a file that becomes a FIFO", /x$/, (at) => {
    Deno.removeSync(at);
    new Deno.Command("mkfifo", { args: [at] }).outputSync();
  }],
  ["a file that becomes another one", /x$/, (at) => {
    Deno.renameSync(at, `${at}2`);
    Deno.writeTextFileSync(at, "other!");
  }],
  ["a file that grows", /x$/, (at) => Deno.writeTextFileSync(at, "more", { append: true })],
  ["a file that vanishes", /x$/, (at) => Deno.removeSync(at)],
  ["a folder above that becomes a link", /d$/, (at) => {
    Deno.renameSync(at, `${at}2`);
    Deno.symlinkSync(`${at}2`, at);
  }],
];

for (const [title, path, act] of swaps) {
  Deno.test(`collectOutputs() refuses ${title} after the check`, () =>
    withCommands(async (place) => {
      const line = "mkdir out/d; printf whole > out/d/x";
      const found = failure(await attempt(place, { line, path: "out/d/x" }));
      assertEquals(found.reason, "bad-output");
      assertMatch(found.message, /ESTALE|ENOENT|was replaced while it was read/);
    }, { world: between(path, act) }));
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
