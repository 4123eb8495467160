// Which members are of one group, and what a plan says of batches before anything runs.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fuseGroup } from "#lib/workflow/fuse_groups.ts";
import { prepareKeys } from "#lib/workflow/keys.ts";
import { plan } from "#lib/workflow/plan.ts";
import { type BatchPlaces, plannedBatches } from "#lib/workflow/planned_batches.ts";
import { digestOf } from "#lib/core/digest.ts";
import type { StoredArtifact } from "#lib/core/manifest.ts";
import {
  fakeCommand,
  fakeDeps,
  fakeFiles,
  fakeGraph,
  type FakeMember,
} from "#tests/support/fake_tasks.ts";

const fuse = { by: ["units"] };

/** An artifact of one file. */
function artifact(size: number): StoredArtifact {
  const digest = digestOf(String(size));
  return { kind: "text", digest, files: { "text.txt": { digest, size } } };
}

/** The name of the group of the last of some members; the others give files of these sizes. */
async function groupOf(members: readonly FakeMember[], sizes: readonly number[] = []) {
  const graph = fakeGraph(members);
  const artifactOf = (index: number) =>
    sizes[index] === undefined ? undefined : artifact(sizes[index]);
  const files = fakeFiles({ one: "1", other: "2" });
  const keys = await prepareKeys(graph.members, { ...fakeDeps(), files });
  const last = members.length - 1;
  const keyed = keys.keyed(last, (index) => artifactOf(index)?.digest);
  assert(keyed?.ok);
  return fuseGroup(graph.members[last], keyed.value, artifactOf);
}

Deno.test("fuseGroup() is equal where code, params by name, sizes and demands are", async () => {
  const base: FakeMember = { id: "m", params: { units: 4, seed: 0 }, from: ["a"], fuse };
  const before = { id: "a" };
  const group = await groupOf([before, base], [10]);
  assert(group !== undefined && group.most === 256);
  const alike: readonly FakeMember[] = [
    { ...base, params: { units: 4, seed: 1 } },
    { ...base, id: "other[x=1]" },
    { ...base, coords: true },
  ];
  for (const member of alike) {
    assertEquals((await groupOf([before, member], [10]))?.name, group.name, JSON.stringify(member));
  }
  const unlike: readonly FakeMember[] = [
    { ...base, params: { units: 5, seed: 0 } },
    { ...base, params: { seed: 0 } },
    { ...base, task: "stir" },
    { ...base, numerics: "f64" },
    { ...base, timeoutSeconds: 5 },
    { ...base, retry: { attempts: 2, backoffSeconds: 0 } },
    { ...base, resources: [{ cpu: 2, slots: {} }] },
    { ...base, from: ["a", "a"] },
    { ...base, files: ["one"] },
  ];
  for (const member of unlike) {
    assertNotEquals(
      (await groupOf([before, member], [10]))?.name,
      group.name,
      JSON.stringify(member),
    );
  }
  assertNotEquals((await groupOf([before, base], [11]))?.name, group.name);
});

Deno.test("fuseGroup() is none for tasks that run alone", async () => {
  assertEquals(await groupOf([{ id: "m" }]), undefined);
});

Deno.test("fuseGroup() tells files that no member made apart by what they hold", async () => {
  const member = (file: string): FakeMember => ({ id: "m", files: [file], fuse });
  const [one, other] = [await groupOf([member("one")]), await groupOf([member("other")])];
  assertNotEquals(one?.name, other?.name);
  assertEquals((await groupOf([member("one")]))?.name, one?.name);
});

Deno.test("fuseGroup() lets no more run as one than fit into memory, or than the task says", async () => {
  const member: FakeMember = { id: "m", from: ["a"], fuse };
  assertEquals((await groupOf([{ id: "a" }, member], [2 ** 25]))?.most, 4);
  assertEquals((await groupOf([{ id: "a" }, member], [2 ** 30]))?.most, 1);
  const few = { ...member, fuse: { by: [], most: 3 } };
  assertEquals((await groupOf([{ id: "a" }, few], [10]))?.most, 3);
});

Deno.test("plannedBatches() cuts by places, by the device, by time, and counts equal keys once", async () => {
  const members: FakeMember[] = [
    ...Array.from({ length: 9 }, (_, i) => ({ id: `a[${i}]`, params: { i: i % 8 }, fuse })),
    ...Array.from({ length: 6 }, (_, i) => ({
      id: `e[${i}]`,
      params: { i },
      fuse,
      numerics: "engine" as const,
    })),
    { id: "alone", params: { i: 0, units: 1 }, fuse },
    { id: "command", command: fakeCommand("x") },
    { id: "later", from: ["alone"], fuse },
  ];
  const planned = await plan(fakeGraph(members), {
    ...fakeDeps(),
    store: { lookup: () => undefined },
  });
  const batches = (places: Partial<BatchPlaces>) =>
    plannedBatches(planned, { cores: 4, oneDevice: false, ...places });
  assertEquals(batches({}), { a: [2, 2, 2, 2], e: [2, 2, 2] });
  assertEquals(batches({ oneDevice: true }), { a: [2, 2, 2, 2], e: [6] });
  assertEquals(batches({ cores: 1 }), { a: [8], e: [6] });
  const expectedSeconds = () => 0.6;
  assertEquals(batches({ cores: 1, oneDevice: true, expectedSeconds }), { a: [3, 3, 2], e: [6] });
  assertEquals(batches({ cores: 1, expectedSeconds: () => 9 }), {});
});
