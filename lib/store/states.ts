// States on the way: what a task that goes step by step keeps, so that it, or another action that goes the same way, can
// go on from there. Files beside the results, never referred to by any: they may be removed at any time.
//
// A file holds a line with the digest of all that follows, a line that says where it belongs, and the bytes. It is
// written under another name and linked into place, so that what is there was whole when the process was killed. Nothing
// is synced: after a power cut a file may be torn, and then its digest is wrong and it counts as absent.
// Leaves out: which states are kept for how long (state_files.ts).

import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonical.ts";
import { type Digest, hexOf } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import { joinBytes } from "../core/join_bytes.ts";
import type { StateFolder } from "../core/store.ts";
import type { Layout } from "./layout.ts";
import type { Session } from "./session.ts";
import { storageError } from "./storage_errors.ts";

/** What states need of a store. */
export interface StatesOptions {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly session: Pick<Session, "start" | "temporaryPath">;
  readonly warn: (message: string) => void;
}

/** A state that was read. */
export interface ReadState {
  readonly label: string;
  readonly space: Digest;
  /** Id of the stage that kept it. */
  readonly of: string;
  readonly bytes: Uint8Array;
}

/**
 * The states of one namespace in a store.
 *
 * @example
 * ```ts
 * import { statesIn } from "#lib/store/states.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { Session } from "#lib/store/session.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const root = await Deno.makeTempDir();
 * const [disk, layout] = [denoDisk(), layoutOf(root)];
 * const session = new Session(disk, layout, "0".repeat(32));
 * const states = statesIn(digestOf("space"), { disk, layout, session, warn: () => {} });
 * await states.save("epoch 3", Uint8Array.of(1, 2), { of: "train" });
 * assertEquals(await states.list(), ["epoch 3"]);
 * assertEquals(await states.load("epoch 3"), Uint8Array.of(1, 2));
 * await session.end();
 * await Deno.remove(root, { recursive: true });
 * ```
 */
export function statesIn(
  space: Digest,
  { disk, layout, session, warn }: StatesOptions,
): StateFolder {
  const folder = stateFolder(layout, space);
  const pathOf = (label: string) => `${folder}/${nameOfLabel(label)}`;
  const read = async (label: string): Promise<ReadState | undefined> => {
    let bytes: Uint8Array;
    try {
      bytes = await disk.read(pathOf(label));
    } catch (error) {
      if (error instanceof DiskError) return undefined;
      throw error;
    }
    const state = readState(bytes);
    if (state?.label === label && state.space === space) return state;
    warn(`${pathOf(label)} is damaged: the state counts as absent`);
  };
  const labels = async () => {
    try {
      return (await stateNames(disk, folder)).flatMap((name) => labelOfName(name) ?? []);
    } catch (error) {
      // A store in which it cannot be looked has none.
      if (error instanceof DiskError) return [];
      throw error;
    }
  };
  return {
    list: async () => (await labels()).sort(),
    async owner() {
      const [first] = await labels();
      return first === undefined ? undefined : await ownerOf(disk, pathOf(first));
    },
    load: async (label) => (await read(label))?.bytes,
    async save(label, bytes, { of, replace = false }) {
      try {
        await session.start();
        const temporary = session.temporaryPath();
        await disk.create(temporary, writeState({ label, space, of, bytes }));
        const path = pathOf(label);
        try {
          await disk.makeDirectory(parentOf(path));
          try {
            await place(temporary, path, replace);
          } catch (error) {
            if (!(error instanceof DiskError) || error.errno !== "ENOENT") throw error;
            // Another process has just dropped the last one, and the folder with it.
            await disk.makeDirectory(parentOf(path));
            await place(temporary, path, replace);
          }
        } finally {
          await disk.remove(temporary).catch(() => {});
        }
      } catch (error) {
        throw storageError(error);
      }

      async function place(from: string, to: string, over: boolean): Promise<void> {
        if (over) return await disk.rename(from, to);
        try {
          await disk.link(from, to);
        } catch (error) {
          if (!(error instanceof DiskError)) throw error;
          // Without hard links one of two that save at once wins: they hold the same.
          if (error.errno === "EEXIST" && await read(label) !== undefined) return;
          await disk.rename(from, to);
        }
      }
    },
    async drop(labels) {
      for (const label of labels) {
        let path = pathOf(label);
        await disk.remove(path).catch(() => {});
        // The folders go that are empty now.
        while (path !== folder) await disk.remove(path = parentOf(path)).catch(() => {});
      }
    },
  };
}

/**
 * The folder of a namespace.
 *
 * @example
 * ```ts
 * import { stateFolder } from "#lib/store/states.ts";
 * import { layoutOf } from "#lib/store/layout.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stateFolder(layoutOf("s"), digestOf("")).slice(0, 18), "s/states/e3/b0c442");
 * ```
 */
export function stateFolder({ states }: Pick<Layout, "states">, space: Digest): string {
  const hex = hexOf(space);
  return `${states}/${hex.slice(0, 2)}/${hex.slice(2)}`;
}

/**
 * The file name of a label: small letters, digits and a few signs as they are, all else by the bytes of its UTF-8, so
 * that labels which differ in case alone differ everywhere. A long one goes on in a folder that ends in `~`.
 *
 * @example
 * ```ts
 * import { labelOfName, nameOfLabel } from "#lib/store/states.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(nameOfLabel("a/B 1"), "a%2f%42%201");
 * assertEquals(labelOfName("a%2f%42%201"), "a/B 1");
 * ```
 */
export function nameOfLabel(label: string): string {
  let name = "";
  for (const byte of new TextEncoder().encode(label)) {
    const sign = String.fromCharCode(byte);
    name += plain.test(sign) ? sign : `%${byte.toString(16).padStart(2, "0")}`;
  }
  const parts = name.match(/.{1,200}/gs) ?? [""];
  return parts.join("~/");
}

const plain = /^[a-z0-9_=,+-]$/;

/**
 * The label that a file name stands for; `undefined` if it stands for none.
 *
 * @example
 * ```ts
 * import { labelOfName } from "#lib/store/states.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([labelOfName("epoch=3"), labelOfName("README.md")], ["epoch=3", undefined]);
 * ```
 */
export function labelOfName(name: string): string | undefined {
  const whole = name.replaceAll("~/", "");
  if (!/^(?:[a-z0-9_=,+-]|%[0-9a-f]{2})+$/.test(whole)) return undefined;
  let label: string;
  try {
    label = decodeURIComponent(whole);
  } catch {
    return undefined;
  }
  return nameOfLabel(label) === name ? label : undefined;
}

/**
 * The names of all files in the folder of a namespace, folders of long names looked into.
 *
 * @throws {DiskError} if a folder cannot be listed.
 *
 * @example
 * ```ts
 * import { stateNames } from "#lib/store/states.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await stateNames(denoDisk(), "no/such/folder"), []);
 * ```
 */
export async function stateNames(disk: Disk, folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await disk.list(folder)) {
    const path = `${folder}/${name}`;
    if (!name.endsWith("~") || !disk.stat(path)?.isDirectory) found.push(name);
    else for (const rest of await stateNames(disk, path)) found.push(`${name}/${rest}`);
  }
  return found;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** A state as it lies in its file. */
function writeState({ label, space, of, bytes }: ReadState): Uint8Array {
  const about = new TextEncoder().encode(`${canonicalJson({ label, of, space })}\n`);
  const sum = createHash("sha256").update(about).update(bytes).digest("hex");
  return joinBytes([new TextEncoder().encode(`${magic}${sum}\n`), about, bytes]);
}

/**
 * A state from the bytes of its file; `undefined` if they are not what they were.
 *
 * @example
 * ```ts
 * import { readState } from "#lib/store/states.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readState(new TextEncoder().encode("basin state 1 …")), undefined);
 * ```
 */
export function readState(file: Uint8Array): ReadState | undefined {
  const rest = file.subarray(sumEnd + 1);
  if (file[sumEnd] !== lineEnd) return undefined;
  const first = new TextDecoder().decode(file.subarray(0, sumEnd));
  if (first !== magic + createHash("sha256").update(rest).digest("hex")) return undefined;
  const end = rest.indexOf(lineEnd);
  const about = aboutIn(rest.subarray(0, end));
  // A copy of its own, for whoever gets it may give it away.
  return about === undefined ? undefined : { ...about, bytes: rest.slice(end + 1) };
}

type About = Omit<ReadState, "bytes">;

function aboutIn(line: Uint8Array): About | undefined {
  try {
    const { label, of, space } = JSON.parse(new TextDecoder().decode(line)) as About;
    return typeof label === "string" ? { label, of: String(of), space } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Id of the stage that kept a state, as its file says, unverified: for people only.
 *
 * @example
 * ```ts
 * import { ownerOf } from "#lib/store/states.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await ownerOf(denoDisk(), "no/such/state"), undefined);
 * ```
 */
export async function ownerOf(disk: Disk, path: string): Promise<string | undefined> {
  let head: Uint8Array;
  try {
    head = await disk.read(path, { offset: sumEnd + 1, length: 4096 });
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
  const end = head.indexOf(lineEnd);
  return end < 0 ? undefined : aboutIn(head.subarray(0, end))?.of;
}

const magic = "basin state 1 ";
const sumEnd = magic.length + 64;
const lineEnd = 10;
