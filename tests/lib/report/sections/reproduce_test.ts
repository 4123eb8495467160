// The environment of a run on the page.

import { assert, assertStringIncludes } from "@std/assert";
import type { Environment } from "#lib/core/environment.ts";
import { reproduceSection } from "#lib/report/sections/reproduce.ts";
import { reportContent } from "#tests/support/report_content.ts";

const environment: Environment = {
  basin: "0.1.0",
  deno: "2.9.6",
  v8: "14.1",
  typescript: "5.9",
  machine: {
    os: "linux",
    system: "Debian 12",
    arch: "x86_64",
    processor: "A processor",
    cpus: 4,
    memory: 16e9,
  },
  engine: {
    name: "webgpu",
    numerics: "webgpu-f32/llvmpipe",
    policy: "auto",
    adapter: "llvmpipe",
    software: true,
  },
  packages: [{ name: "npm:zod", version: "4.6.7", direct: true }, {
    name: "npm:vega",
    version: "6.4.0",
  }],
  lock: "sha256:1234",
  git: {
    commit: "0123456789abcdef",
    branch: "main",
    dirty: true,
    dirtyDigest: "sha256:5678",
    numChanged: 3,
    changed: [{ path: "lib/a.ts", how: "modified" }, { path: "lib/b.ts", how: "untracked" }],
  },
  command: "deno task run x.yaml",
  workflow: "x.yaml",
  profile: "claims",
  overrides: ["rank=3"],
  jobs: 4,
};

const words = (html: string) => html.replace(/<[^>]*>/g, "");

Deno.test("reproduceSection() tells code, versions, engine, machine and command", () => {
  const { html } = reproduceSection(
    reportContent({ environment, command: "deno task run:external x.yaml", resolved: "name: <x>" }),
  )!;
  for (
    const said of [
      "deno task run:external x.yaml",
      "commit 0123456789abcdef on main; 3 files differ from it",
      "lib/b.ts untracked",
      "and 1 more",
      "sha256:5678",
      "2.9.6, V8 14.1, TypeScript 5.9",
      "webgpu-f32/llvmpipe, chosen by Basin (llvmpipe, on the processor)",
      "Debian 12, x86_64, A processor, 4 cores, 16 GB of memory",
      "rank=3",
      "claims",
      "2 packages",
      "npm:zod 4.6.7",
      "sha256:1234",
      "name: &lt;x&gt;",
    ]
  ) assertStringIncludes(words(html), said);
});

Deno.test("reproduceSection() says what is not known of the code, and cuts long workflows", () => {
  const git = { dirty: null, numChanged: 0, changed: [], unseen: "The index could not be read." };
  const { html } = reproduceSection(
    reportContent({ environment: { ...environment, git }, resolved: "x".repeat(300_000) }),
  )!;
  assertStringIncludes(
    words(html),
    "no commit yet; whether files differ from it was not found out The index could not be read.",
  );
  assert(html.length < 210_000);
  assertStringIncludes(html, "cut here");
  const clean = { commit: "abc", dirty: false, numChanged: 0, changed: [] };
  assertStringIncludes(
    words(reproduceSection(reportContent({ environment: { ...environment, git: clean } }))!.html),
    "commit abc, nothing changed since",
  );
});
