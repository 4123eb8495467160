// npm packages in a closure: where an import leads, and the integrity hashes of everything behind it.
// Not the whole lock file: a package that a task does not reach must not re-run it.

/** One package in the lock file. */
export interface LockedPackage {
  readonly integrity?: string;
  readonly dependencies?: readonly string[];
  readonly optionalDependencies?: readonly string[];
  readonly optionalPeers?: readonly string[];
}

/** The parts of `deno.json` and `deno.lock` that matter here. */
export interface PackageSources {
  /** `imports` of deno.json. */
  readonly imports: Readonly<Record<string, string>>;
  /** deno.lock, version 5. */
  readonly lock: {
    readonly specifiers?: Readonly<Record<string, string>>;
    readonly npm?: Readonly<
      Record<string, LockedPackage>
    >;
  };
}

/** Where a bare import leads. */
export type BareImport =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "npm"; readonly specifier: string }
  | { readonly kind: "builtin"; readonly specifier: string }
  | { readonly kind: "unknown"; readonly message: string };

/**
 * Where a bare specifier leads by the import map: a file of the project (relative to its root), an npm
 * package with its exact version, or a built-in module.
 *
 * @example
 * ```ts
 * import { resolveBare } from "#lib/closure/packages.ts";
 * import { assertEquals } from "@std/assert";
 * const imports = { "#lib/": "./lib/", zod: "npm:zod@4.6.7" };
 * assertEquals(resolveBare("#lib/a.ts", imports), { kind: "file", path: "lib/a.ts" });
 * assertEquals(resolveBare("zod/v4", imports), { kind: "npm", specifier: "npm:zod@4.6.7/v4" });
 * ```
 */
export function resolveBare(
  specifier: string,
  imports: Readonly<Record<string, string>>,
): BareImport {
  if (specifier.startsWith("node:")) return { kind: "builtin", specifier };
  if (specifier.startsWith("npm:")) return exactNpm(specifier);
  const target = mapped(specifier, imports);
  if (target === undefined) {
    return {
      kind: "unknown",
      message: `'${specifier}' is not among the imports of deno.json`,
    };
  }
  if (target.startsWith("./")) return { kind: "file", path: target.slice(2) };
  return target.startsWith("npm:") ? exactNpm(target) : {
    kind: "unknown",
    message: `'${specifier}' leads to ${target}; Basin takes npm packages and files`,
  };
}

/** Exact match, else a prefix ending in `/`, else an npm alias followed by a path inside the package. */
function mapped(specifier: string, imports: Readonly<Record<string, string>>): string | undefined {
  if (Object.hasOwn(imports, specifier)) return imports[specifier];
  let best: string | undefined;
  for (const name of Object.keys(imports)) {
    const prefix = name.endsWith("/") ? name : `${name}/`;
    if (specifier.startsWith(prefix) && name.length > (best?.length ?? 0)) best = name;
  }
  if (best === undefined) return undefined;
  return imports[best] + specifier.slice(best.length);
}

function exactNpm(specifier: string): BareImport {
  return /^npm:(@[^/@]+\/)?[^/@]+@\d[^/]*/.test(specifier) ? { kind: "npm", specifier } : {
    kind: "unknown",
    message: `'${specifier}' names no exact version; write npm:name@1.2.3`,
  };
}

/**
 * Integrity hashes of a package and of all it depends on, by `name@version`, from the lock file.
 *
 * @returns the hashes, or one sentence if the lock file lacks an entry
 *
 * @example
 * ```ts
 * import { integrityOf } from "#lib/closure/packages.ts";
 * import { assertEquals } from "@std/assert";
 * const lock = { specifiers: { "npm:a@1.0.0": "1.0.0" }, npm: { "a@1.0.0": { integrity: "sha512-x" } } };
 * assertEquals(integrityOf("npm:a@1.0.0/sub", lock), { "a@1.0.0": "sha512-x" });
 * ```
 */
export function integrityOf(
  specifier: string,
  lock: PackageSources["lock"],
): Readonly<Record<string, string>> | string {
  const packageSpecifier = /^npm:(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];
  const version = lock.specifiers?.[packageSpecifier];
  if (version === undefined) {
    return `deno.lock has no entry for ${packageSpecifier}; bring it up to date with \`deno task lock\``;
  }
  const name = packageSpecifier.slice(4, packageSpecifier.lastIndexOf("@"));
  const entries = lock.npm ?? {};
  const found: Record<string, string> = {};
  const rest = [`${name}@${version}`];
  while (rest.length > 0) {
    const wanted = rest.pop()!;
    const key = Object.hasOwn(entries, wanted)
      ? wanted
      : Object.keys(entries).find((entry) => entry.startsWith(`${wanted}@`));
    if (key === undefined || entries[key].integrity === undefined) {
      return `deno.lock has no integrity hash for ${wanted}, which ${packageSpecifier} needs`;
    }
    if (Object.hasOwn(found, key)) continue;
    found[key] = entries[key].integrity;
    const { dependencies = [], optionalDependencies = [], optionalPeers = [] } = entries[key];
    rest.push(...dependencies, ...optionalDependencies, ...optionalPeers);
  }
  return found;
}
