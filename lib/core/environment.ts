// The environment of a run: everything around it that is no part of the workflow, for the record and for repeating it.
// Nothing of it enters a key. Paths are relative to the project, and nobody is named.
// Leaves out how it is found (cli/environment.ts, world/git.ts).

/** A package that Basin or a task imports. */
export interface PackageVersion {
  /** As in the registry: `npm:zod`. */
  readonly name: string;
  readonly version: string;
  /** The registry's digest of its archive, as in the lock file: `sha512-…`. */
  readonly integrity?: string;
  /** Imported by a line of `deno.json`, rather than by another package. */
  readonly direct?: true;
}

/** Computer and system, as far as files and Deno tell without further rights. */
export interface MachineFacts {
  /** `linux`, `darwin`, `windows`. */
  readonly os: string;
  /** Name and version of the system, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly system?: string;
  /** `x86_64`, `aarch64`. */
  readonly arch: string;
  /** The processor's name; absent where Deno may not read it. */
  readonly processor?: string;
  readonly cpus: number;
  /** Bytes; absent where Deno may not read it. */
  readonly memory?: number;
}

/** What single-precision work was done on. */
export interface EngineFacts {
  /** `webgpu`, `wasm`, `ref`. */
  readonly name: string;
  /** The numerics class, part of the keys of what it computed: `wasm-f32`, `webgpu-f32/nvidia-ampere`. */
  readonly numerics: string;
  /** Chosen by Basin, or asked for by `--engine` or the machine's settings. */
  readonly policy: "auto" | "asked";
  readonly adapter?: string;
  readonly vendor?: string;
  readonly driver?: string;
  /** `vulkan`, `metal`, `dx12`. */
  readonly backend?: string;
  /** The adapter computes on the processor. */
  readonly software?: boolean;
  readonly limits?: Readonly<Record<string, number>>;
}

/** State of the Git checkout that a folder lies in. */
export interface GitState {
  /** Hash of the commit that is checked out; absent before the first. */
  readonly commit?: string;
  /** Name of the branch without `refs/heads/`; absent if none is checked out. */
  readonly branch?: string;
  /** Whether files differ from the commit; `null` if it was not found out. */
  readonly dirty: boolean | null;
  /** Digest of paths and contents of all changes: the same for the same changes. Absent if there are none, or not found out. */
  readonly dirtyDigest?: string;
  /** How many files are changed, deleted, added, or used by the run without being tracked. */
  readonly numChanged: number;
  /** The first of them in order of their paths. */
  readonly changed: readonly ChangedFile[];
  /** What was not looked at, in a sentence for people; absent if everything was. */
  readonly unseen?: string;
}

/** A file that differs from the commit. */
export interface ChangedFile {
  /** Relative to the checkout. */
  readonly path: string;
  readonly how: "modified" | "deleted" | "added" | "untracked";
}

/** Everything around a run. */
export interface Environment {
  readonly basin: string;
  readonly deno: string;
  readonly v8: string;
  readonly typescript: string;
  readonly machine: MachineFacts;
  /** Absent if no stage uses one. */
  readonly engine?: EngineFacts;
  /** In order of their names. */
  readonly packages: readonly PackageVersion[];
  /** Digest of `deno.lock`, as `sha256:…`. */
  readonly lock?: string;
  /** Absent outside of a checkout. */
  readonly git?: GitState;
  /** The command that repeats the run, from the project's folder. */
  readonly command: string;
  /** The workflow file, relative to the project; only its name if it lies elsewhere. */
  readonly workflow: string;
  readonly profile?: string;
  /** Params set on the command line, as typed. */
  readonly overrides: readonly string[];
  /** Stages at a time. */
  readonly jobs: number;
}
