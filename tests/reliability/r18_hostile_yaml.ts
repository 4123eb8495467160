// R18: forty files that are meant to hurt: each is refused at a line and a column, or read, within a second and 200 MB.

import { holds, none, same } from "./promise.ts";
import { makeRoom } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

const promisedSeconds = 1;
const promisedMegabytes = 200;
/** A second under load may be many; whatever takes longer hangs. */
const hangSeconds = 20;

const start = "name: made\nstages:\n  value: { task: simulate, with: { system: ";
const end = " } }\n";
const inside = (text: string) => start + text + end;

/** Files that must be refused with a place. */
const refused: Readonly<Record<string, () => string | Uint8Array>> = {
  alias_breadth: () => bomb(9, 9),
  alias_wide: () => `params:\n  a: &a [${"x,".repeat(9000)}]\n  b: [${"*a,".repeat(9000)}]\n`,
  alias_depth: () =>
    "params:\n  a0: &a0 [x]\n" + lines(200, (i) => `  a${i + 1}: &a${i + 1} [*a${i}]`),
  alias_of_itself: () => "params: &a { x: *a }\n",
  merge_bomb: () =>
    "params:\n  m0: &m0 { k: 1 }\n" +
    lines(60, (i) => `  m${i + 1}: &m${i + 1} { <<: [*m${i}, *m${i}], k${i}: [*m${i}, *m${i}] }`),
  merge_scalar: () => "params: { <<: 3 }\n",
  line_of_64_mb: () => inside("x".repeat(64 * 1024 * 1024)),
  lines_of_64_mb: () => "# comment\n".repeat(6_700_000),
  depth_flow: () => inside("[".repeat(100_000)),
  depth_flow_closed: () => inside("[".repeat(100_000) + "]".repeat(100_000)),
  depth_maps: () => inside("{a: ".repeat(100_000)),
  depth_blocks: () => "a:\n" + lines(2000, (i) => " ".repeat(i + 1) + "a:"),
  depth_dashes: () => "stages:\n  " + "- ".repeat(100_000),
  depth_keys: () => "? ".repeat(100_000),
  depth_expression: () => inside(`"\${{ ${"(".repeat(100_000)} }}"`),
  expression_powers: () => inside('"${{ 9 ** 9 ** 9 ** 9 }}"'),
  expression_list: () => inside('"${{ range(10000000000) }}"'),
  expression_lists: () => inside(`"\${{ [${"range(99999),".repeat(99)}0] }}"`),
  axes_product: () =>
    `axes:\n${lines(6, (i) => `  a${i}: "\${{ range(1000) }}"`)}stages:\n` +
    `  s: { task: simulate, over: [a0, a1, a2, a3, a4, a5], with: { system: lorenz } }\n`,
  nul: () => inside("a\0b"),
  utf16_le: () => utf16(inside("lorenz"), true),
  utf16_be: () => utf16(inside("lorenz"), false),
  latin1: () => new Uint8Array([...inside("'caf")].map((c) => c.charCodeAt(0)).concat(0xe9, 10)),
  overlong_utf8: () => new Uint8Array([0xc0, 0xaf, 0x3a, 0x20, 0x31, 0x0a]),
  surrogates: () => new Uint8Array([0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80, 0x0a]),
  bom_inside: () => inside("\ufefflorenz"),
  random_bytes: () => Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251),
  tabs: () => "stages:\n\tvalue:\n\t\ttask: simulate\n",
  duplicate_keys: () => "stages: { a: { task: simulate } }\nstages: { b: { task: simulate } }\n",
  many_duplicates: () => "params:\n" + lines(20_000, (i) => `  k${i % 10_000}: 1`),
  proto_key: () => "__proto__: { polluted: true }\nstages: { a: { task: simulate } }\n",
  proto_inside: () => inside("lorenz, __proto__: { polluted: true }"),
  constructor_key: () => "params: { constructor: { prototype: { polluted: true } } }\n",
  proto_param: () => "params: { x: 1 }\nstages: { __proto__: { task: simulate } }\n",
  huge_integer: () => inside("lorenz, num_trials: 99999999999999999999999999"),
  huge_exponent: () => inside("lorenz, num_trials: 1e999999999"),
  huge_digits: () => inside(`lorenz, num_trials: ${"9".repeat(1_000_000)}`),
  tag_of_code: () => "!!js/function 'function () { polluted = true }'\n",
  tag_python: () => "!!python/object/apply:os.system ['touch polluted']\n",
  open_quote: () => 'stages: "' + "x\n".repeat(100_000),
  open_block: () => "a: |\n" + "  x\n".repeat(100_000) + "b\n",
  colons: () => ":".repeat(300_000),
  questions: () => "? a\n".repeat(150_000),
  anchors: () => lines(50_000, (i) => `&a${i} k${i}: *a${Math.max(0, i - 1)}`),
  directives: () => "%YAML 1.2\n".repeat(1000) + "---\na: 1\n",
  documents: () => "--- a\n".repeat(100_000),
  empty: () => "",
  extends_itself: () => "extends: [extends_itself.yaml]\nstages: { a: { task: simulate } }\n",
  extends_device: () => "extends: [/dev/zero]\nstages: { a: { task: simulate } }\n",
  extends_folder: () => "extends: [.]\nstages: { a: { task: simulate } }\n",
};

/** Files that are odd and right. */
const accepted: Readonly<Record<string, () => string>> = {
  bom: () => "\ufeff" + inside("lorenz"),
  crlf: () => inside("lorenz").replaceAll("\n", "\r\n"),
  long_comment: () => inside("lorenz") + "#" + "x".repeat(1_000_000) + "\n",
  no_newline: () => inside("lorenz").trimEnd(),
};

export const r18: Trial = {
  id: "R18",
  title: "hostile YAML",
  needs: ["python3"],
  cores: 2,
  limitSeconds: 200,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`);
    const broken: string[] = [];
    let most = 0;
    let worst = "";
    const judge = async (name: string, make: () => string | Uint8Array, good: boolean) => {
      await room.write(`${name}.yaml`, make());
      const peak = room.path(`${name}.peak`);
      const { code, stdout, stderr, seconds } = await room.basin(["plan", `${name}.yaml`], {
        under: ["python3", "-c", measured, peak],
        env: { CI: "true" },
      });
      const megabytes = Number(await Deno.readTextFile(peak)) / 1024;
      at.slowest("a file took", seconds, promisedSeconds);
      if (megabytes > most) [most, worst] = [megabytes, name];
      const said = `${name}: ${stderr.slice(0, 300)}`;
      if (good) same([code, stderr], [0, ""], name);
      else {
        same(code, 2, said);
        holds(/^[^\n]*\.yaml:\d+:\d+: error: /m.test(stderr), `no line and column; ${said}`);
      }
      holds(!/^ {4}at |internal|\bundefined\b|\[object/m.test(stderr + stdout), said);
      holds(stderr.length < 100_000, `${name}: a message of ${stderr.length} characters`);
      holds(seconds < hangSeconds, `${name} took ${seconds} s`);
      at.count(good ? "odd files read" : "hostile files refused, each with line and column");
      await Deno.remove(room.path(`${name}.yaml`));
    };
    const all = [
      ...Object.entries(refused).map(([name, make]) => [name, make, false] as const),
      ...Object.entries(accepted).map(([name, make]) => [name, make, true] as const),
    ];
    let next = 0;
    await Promise.all([0, 1].map(async () => {
      while (next < all.length) {
        const [name, make, good] = all[next++];
        await judge(name, make, good).catch((error) => broken.push(error.message));
      }
    }));
    none(broken, "files were not borne");
    at.say(
      `largest: ${most.toFixed(0)} MB for ${worst} (promised: ${promisedMegabytes} MB; an empty ` +
        `plan takes most of it)`,
    );
    holds(most < 2 * promisedMegabytes, `${worst} took ${most} MB`);
    none(await leftovers(room.folder), "files made by files");
    same("polluted" in {}, false, "polluted");
  },
};

async function leftovers(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".peak") && name !== "results") names.push(name);
  }
  return names;
}

/** Runs a command and leaves the largest size of its memory, in KiB, in a file. */
const measured = `import resource, subprocess, sys
code = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)`;

function bomb(breadth: number, depth: number): string {
  return "params:\n  a0: &a0 x\n" +
    lines(depth, (i) => `  a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(breadth)}]`);
}

function lines(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i) + "\n").join("");
}

function utf16(text: string, little: boolean): Uint8Array {
  const bytes = new Uint8Array(2 + 2 * text.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, little);
  for (let i = 0; i < text.length; i++) view.setUint16(2 + 2 * i, text.charCodeAt(i), little);
  return bytes;
}
