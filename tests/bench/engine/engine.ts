// An engine as the benchmark sees it: a folder with one shape in it, commands, and what its last run did. The peers are
// here; Basin is in basin_engine.ts.

import { expectedTexts } from "./expected.ts";
import type { Command } from "./measure.ts";
import { outputOf, type Peer } from "./peers.ts";
import type { Shape } from "./shapes.ts";

/** One engine with one shape in a folder of its own. */
export interface Engine {
  readonly name: string;
  readonly shape: Shape;
  /** Its config files as they are now. */
  readonly configs: Record<string, string>;
  /** Folder of the config files. */
  readonly folder: string;
  readonly run: Command;
  readonly plan: Command;
  /** Writes the shape. */
  write(): Promise<void>;
  /** Removes all results; only what belongs to no stage may stay. */
  forget(): Promise<void>;
  /** How many stages the run before this call ran. */
  numRan(): Promise<number>;
  /** What the stages wrote, by name, in a form that `expected` has too. */
  found(): Promise<ReadonlyMap<string, string>>;
  /** The form in which `found` gives this text. */
  expected(text: string): string;
}

/** Changes a config file, or only its time. */
export async function writeConfig(engine: Engine, name: string, text?: string): Promise<void> {
  engine.configs[name] = text ?? engine.configs[name];
  await Deno.writeTextFile(`${engine.folder}/${name}`, engine.configs[name]);
}

/** Compares everything that an engine's stages wrote with what they must write. @throws {Error} naming a stage. */
export async function requireOutputs(engine: Engine): Promise<void> {
  const found = await engine.found();
  for (const [name, text] of expectedTexts(engine.shape, engine.configs)) {
    if (found.get(name) === engine.expected(text)) continue;
    const what = found.has(name) ? "wrote something else" : "wrote nothing";
    throw new Error(`${engine.name}: ${engine.shape.name}: stage ${name} ${what}`);
  }
}

/** A peer with a shape in a folder. */
export function peerEngine(peer: Peer, shape: Shape, folder: string, jobs: number): Engine {
  let before = new Map<string, number>();
  return {
    name: titles[peer.name],
    shape,
    configs: { ...shape.configs },
    folder,
    run: { words: peer.run(jobs), cwd: folder },
    plan: { words: peer.plan, cwd: folder },
    async write() {
      await Deno.mkdir(`${folder}/configs`, { recursive: true });
      for (const [name, text] of Object.entries({ ...shape.configs, ...peer.files(shape) })) {
        await Deno.writeTextFile(`${folder}/${name}`, text);
      }
      await this.forget();
    },
    async forget() {
      for (const name of ["out", ".ninja_log", ".ninja_deps", ".snakemake"]) {
        await removeIfThere(`${folder}/${name}`);
      }
      await Deno.mkdir(`${folder}/out`);
      before = new Map();
    },
    // deno-lint-ignore require-await
    async numRan() {
      const now = timesIn(`${folder}/out`);
      const changed = [...now].filter(([name, time]) => before.get(name) !== time);
      before = now;
      return changed.length;
    },
    async found() {
      const texts = await Promise.all(shape.stages.map(async (stage) =>
        [
          stage.name,
          await Deno.readTextFile(`${folder}/${outputOf(stage)}`).catch(() => undefined),
        ] as const
      ));
      return new Map(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
    },
    expected: (text) => text,
  };
}

/** Gives a peer outputs that it did not make, in the order in which it would have. */
export function adopt({ shape, folder, configs }: Engine): void {
  for (const [name, text] of expectedTexts(shape, configs)) {
    Deno.writeTextFileSync(`${folder}/${outputOf({ name })}`, text);
  }
}

/** Removes a file or folder. */
export async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}

const titles = { make: "Make", ninja: "Ninja", snakemake: "Snakemake" } as const;

function timesIn(folder: string): Map<string, number> {
  return new Map(
    [...Deno.readDirSync(folder)].map(({ name }) => [
      name,
      Deno.statSync(`${folder}/${name}`).mtime!.getTime(),
    ]),
  );
}
