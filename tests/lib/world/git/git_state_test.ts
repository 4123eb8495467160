// Against Git itself: what is read from its files must be what it says. Skipped, aloud, where there is no Git.

import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { gitState } from "#lib/world/git/git_state.ts";

const hasGit = await new Deno.Command("git", { args: ["--version"] }).output()
  .then(({ success }) => success, () => false);

/** A repository in a temporary folder. */
class Repository implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async make(...options: string[]): Promise<Repository> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "basin-git-" }));
    const repository = new Repository(folder);
    await repository.git("init", "-q", "-b", "main", ...options);
    return repository;
  }

  async git(...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false", ...args],
      cwd: this.folder,
      env: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    assert(success, `git ${args.join(" ")}: ${text(stderr)}`);
    return text(stdout).trim();
  }

  async write(path: string, text: string): Promise<void> {
    await Deno.mkdir(join(this.folder, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(this.folder, path), text);
  }

  /** Some files, committed. */
  async fill(): Promise<void> {
    for (let i = 0; i < 30; i++) {
      await this.write(`folder ${i % 3}/sub/file_${i}.txt`, `text ${i}\n`);
    }
    await this.write("ünï.txt", "x");
    await this.write("run.sh", "#!/bin/sh\n");
    await Deno.chmod(join(this.folder, "run.sh"), 0o755);
    await Deno.symlink("run.sh", join(this.folder, "link"));
    await this.git("add", "-A");
    await this.git("commit", "-qm", "one");
  }

  state(used: readonly string[] = []) {
    const state = gitState(this.folder, used.map((path) => join(this.folder, path)));
    assert(state !== undefined);
    return state;
  }

  /** What Git says of tracked files, against `HEAD`. */
  async expected(): Promise<string[]> {
    const lines = await this.git(
      "-c",
      "core.quotePath=false",
      "diff",
      "--name-status",
      "--no-renames",
      "HEAD",
    );
    const words: Record<string, string> = {
      M: "modified",
      A: "added",
      D: "deleted",
      T: "modified",
    };
    return lines.split("\n").filter((line) => line !== "")
      .map((line) => `${line.slice(2)} ${words[line[0]]}`).sort();
  }

  async check(): Promise<void> {
    const { changed, dirty, numChanged, commit } = this.state();
    const expected = await this.expected();
    assertEquals(changed.map(({ path, how }) => `${path} ${how}`).sort(), expected);
    assertEquals([dirty, numChanged], [expected.length > 0, expected.length]);
    assertEquals(commit, await this.git("rev-parse", "HEAD"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function gitTest(name: string, run: () => Promise<void>): void {
  Deno.test({ name: hasGit ? name : `${name} (skipped: no git)`, ignore: !hasGit, fn: run });
}

gitTest("gitState() sees a clean checkout, its commit and branch", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  const state = repository.state();
  assertEquals([state.branch, state.dirty, state.numChanged], ["main", false, 0]);
  assertEquals([state.dirtyDigest, state.unseen], [undefined, undefined]);
  await repository.check();
});

gitTest(
  "gitState() sees what git sees: changed, deleted, staged, renamed, of another mode",
  async () => {
    await using repository = await Repository.make();
    await repository.fill();
    const path = (name: string) => join(repository.folder, name);
    const steps: readonly (() => Promise<unknown>)[] = [
      () => repository.write("folder 1/sub/file_1.txt", "text x\n"),
      () => Deno.remove(path("folder 2/sub/file_2.txt")),
      () => repository.git("rm", "-q", "--cached", "folder 0/sub/file_0.txt"),
      () => repository.write("new/staged.txt", "n").then(() => repository.git("add", "new")),
      () => repository.git("mv", "ünï.txt", "moved.txt"),
      () => Deno.chmod(path("run.sh"), 0o644),
      () => Deno.remove(path("link")).then(() => Deno.symlink("moved.txt", path("link"))),
      () => repository.git("add", "folder 1"),
      () => repository.git("commit", "-qm", "two"),
      () => repository.write("folder 1/sub/file_1.txt", "text y\n"),
      () => repository.git("add", "-A"),
      // Staged and then put back: the file is as it was committed.
      () =>
        repository.git("show", "HEAD:folder 1/sub/file_1.txt")
          .then((text) => repository.write("folder 1/sub/file_1.txt", `${text}\n`)),
      () => repository.git("checkout", "-q", "-f", "HEAD"),
    ];
    const seen = new Set<string>();
    for (const step of steps) {
      await step();
      await repository.check();
      seen.add(repository.state().dirtyDigest ?? "clean");
    }
    assert(seen.size > 8);
  },
);

gitTest("gitState() reads packs, deltas, packed refs and old versions of the index", async () => {
  for (const version of ["2", "3", "4"]) {
    await using repository = await Repository.make();
    await repository.fill();
    for (let i = 0; i < 12; i++) {
      await repository.write(`folder 0/sub/extra_${i}.txt`, String(i).repeat(100));
      await repository.git("add", "-A");
      await repository.git("commit", "-qm", String(i));
    }
    await repository.git("gc", "-q", "--aggressive", "--prune=now");
    await repository.git("pack-refs", "--all");
    await repository.git("update-index", "--index-version", version);
    await repository.check();
    await repository.write("folder 0/sub/staged.txt", "s");
    await repository.git("add", "-A");
    await repository.write("folder 0/sub/extra_3.txt", "other");
    await repository.git("rm", "-q", "--cached", "folder 1/sub/file_1.txt");
    await repository.check();
    // Entries with more flags make it version 3.
    await repository.git("add", "-N", "folder 1/sub/file_1.txt");
    assertEquals(repository.state().unseen, undefined);
  }
});

gitTest("gitState() sees a change of the same size right after the index was written", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  for (let i = 0; i < 20; i++) {
    await repository.write("folder 0/sub/file_0.txt", `a ${i}`.padEnd(9));
    await repository.git("commit", "-qam", String(i));
    await repository.write("folder 0/sub/file_0.txt", `b ${i}`.padEnd(9));
    assertEquals(repository.state().numChanged, 1);
    await repository.check();
  }
});

gitTest("gitState() counts untracked files that were used, by their contents", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  await repository.write("mine/task.ts", "1");
  await repository.write("mine/unused.ts", "1");
  assertEquals(repository.state().dirty, false);
  const first = repository.state(["mine/task.ts", "run.sh", "no/such.ts", "../outside.ts"]);
  assertEquals(first.changed, [{ path: "mine/task.ts", how: "untracked" }]);
  await repository.write("mine/task.ts", "2");
  assertNotEquals(repository.state(["mine/task.ts"]).dirtyDigest, first.dirtyDigest);
  await repository.write("mine/task.ts", "1");
  assertEquals(repository.state(["mine/task.ts"]).dirtyDigest, first.dirtyDigest);
});

gitTest(
  "gitState() counts untracked data that are too large to be read by their size",
  async () => {
    await using repository = await Repository.make();
    await repository.fill();
    const stateWith = async (length: number) => {
      await repository.write("data/large.npy", "x".repeat(length));
      const used = [join(repository.folder, "data/large.npy")];
      const state = gitState(repository.folder, used, { files: 100, bytes: 1000, named: 9 })!;
      assertEquals(state.changed, [{ path: "data/large.npy", how: "untracked" }]);
      return state;
    };
    assertEquals((await stateWith(900)).unseen, undefined);
    const large = await stateWith(2000);
    assertEquals(large.dirty, true);
    assertStringIncludes(large.unseen ?? "", "(1)");
    assertNotEquals((await stateWith(2001)).dirtyDigest, large.dirtyDigest);
  },
);

gitTest("gitState() follows worktrees, and knows of no branch if none is checked out", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  const tree = `${repository.folder}-tree`;
  try {
    await repository.git("worktree", "add", "-q", "-b", "topic/x", tree);
    await Deno.writeTextFile(join(tree, "run.sh"), "other\n");
    const state = gitState(join(tree, "folder 0"), []);
    assertEquals([state?.branch, state?.numChanged], ["topic/x", 1]);
    assertEquals(state?.commit, await repository.git("rev-parse", "HEAD"));
    assertEquals(repository.state().dirty, false);
  } finally {
    await Deno.remove(tree, { recursive: true });
  }
  await repository.git("checkout", "-q", "--detach");
  assertEquals([repository.state().branch, repository.state().dirty], [undefined, false]);
});

gitTest("gitState() reads repositories of SHA-256", async () => {
  await using repository = await Repository.make("--object-format=sha256");
  await repository.fill();
  assertEquals(repository.state().commit?.length, 64);
  await repository.write("run.sh", "changed");
  await repository.check();
});

gitTest(
  "gitState() takes text with other line endings for the same, where git was told so",
  async () => {
    await using repository = await Repository.make();
    await repository.git("config", "core.autocrlf", "true");
    await repository.write("a.txt", "one\r\ntwo\r\n");
    await repository.git("add", "-A");
    await repository.git("commit", "-qm", "one");
    await repository.write("a.txt", "one\r\ntwo\r\n");
    assertEquals(repository.state().dirty, false);
    await repository.write("a.txt", "one\r\nthree\r\n");
    assertEquals(repository.state().numChanged, 1);
  },
);

gitTest("gitState() sees changes in what Git was told not to look at", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  await repository.git("update-index", "--assume-unchanged", "run.sh");
  await repository.git("update-index", "--skip-worktree", "ünï.txt", "folder 0/sub/file_0.txt");
  await Deno.remove(join(repository.folder, "ünï.txt"));
  assertEquals(repository.state().dirty, false);
  await repository.write("run.sh", "changed");
  await repository.write("folder 0/sub/file_0.txt", "changed");
  const paths = repository.state().changed.map(({ path }) => path);
  assertEquals(paths, ["folder 0/sub/file_0.txt", "run.sh"]);
});

gitTest("gitState() sees line ends in data, which have none", async () => {
  await using repository = await Repository.make();
  await repository.write("a.bin", "\0one\ntwo");
  await repository.git("add", "-A");
  await repository.git("commit", "-qm", "one");
  await repository.write("a.bin", "\0one\r\ntwo");
  assertEquals(repository.state().numChanged, 1);
});

gitTest("gitState() comes to an end whatever lies in the folder of Git", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  const inGit = (path: string) => join(repository.folder, ".git", path);
  const commitOf = async (tree: string) => {
    const text = `tree ${tree}\nauthor n <e> 1 +0000\ncommitter n <e> 1 +0000\n\nm\n`;
    await repository.write("commit", text);
    return await repository.git("hash-object", "-t", "commit", "--literally", "-w", "commit");
  };
  // Trees that are none: text, zeros, the beginning of an entry.
  for (
    const text of [
      "no tree at all, but a long text",
      "a b c ".repeat(90),
      "\0".repeat(90),
      "1 a\0b",
    ]
  ) {
    await repository.write("blob", text);
    const blob = await repository.git("hash-object", "-w", "blob");
    await Deno.writeTextFile(inGit("refs/heads/main"), await commitOf(blob));
    assertStringIncludes(repository.state().unseen ?? "", "staged");
  }
  // Pipes that nobody writes to.
  for (const path of ["HEAD", "index", "packed-refs", "config", "objects/info/alternates"]) {
    await Deno.rename(inGit(path), inGit("kept")).catch(() => {});
    const made = await new Deno.Command("mkfifo", { args: [inGit(path)] }).output();
    assert(made.success);
    gitState(repository.folder, []);
    await Deno.remove(inGit(path));
    await Deno.rename(inGit("kept"), inGit(path)).catch(() => {});
  }
  assertEquals(repository.state().branch, "main");
});

gitTest("gitState() says what it could not see", async () => {
  await using repository = await Repository.make();
  assertEquals(repository.state(), {
    branch: "main",
    dirty: false,
    numChanged: 0,
    changed: [],
  });
  await repository.fill();
  const limits = { files: 1e6, bytes: 1e6, named: 2 };
  await repository.write("run.sh", "x".repeat(100));
  const few = gitState(repository.folder, [], { ...limits, files: 3 });
  assertEquals(few?.dirty, null);
  assertStringIncludes(few?.unseen ?? "", "33 files are tracked, more than 3");
  const little = gitState(repository.folder, [], { ...limits, bytes: 50 });
  assertStringIncludes(little?.unseen ?? "", "more than 50 bytes");
  await repository.write("ünï.txt", "changed");
  await repository.write("folder 0/sub/file_0.txt", "changed");
  const named = gitState(repository.folder, [], limits);
  assertEquals([named?.numChanged, named?.changed.length], [3, 2]);
  // Without objects: as after a partial clone.
  await Deno.remove(join(repository.folder, ".git/objects"), { recursive: true });
  const blind = repository.state();
  assertEquals([blind.dirty, blind.numChanged], [true, 3]);
  assertStringIncludes(blind.unseen ?? "", "staged");
  // A damaged index.
  const index = join(repository.folder, ".git/index");
  const bytes = await Deno.readFile(index);
  for (const length of [0, 11, 40, 200, bytes.length - 30]) {
    await Deno.writeFile(index, bytes.subarray(0, length));
    const cut = repository.state();
    assertEquals(cut.dirty, null);
    assert(!cut.unseen?.includes(repository.folder), cut.unseen);
  }
});

gitTest("gitState() starts no program and writes nothing", async () => {
  await using repository = await Repository.make();
  await repository.fill();
  await repository.write("run.sh", "changed");
  const source = new URL("../../../../lib/world/git/git_state.ts", import.meta.url).href;
  const code = `import { gitState } from "${source}";
    console.log(gitState(${JSON.stringify(repository.folder)}, []).numChanged);`;
  const config = new URL("../../../../deno.json", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-prompt",
      "--no-check",
      "--config",
      config,
      "--allow-read",
      `data:text/typescript,${encodeURIComponent(code)}`,
    ],
  }).output();
  assertEquals(new TextDecoder().decode(stdout).trim(), "1", new TextDecoder().decode(stderr));
});
