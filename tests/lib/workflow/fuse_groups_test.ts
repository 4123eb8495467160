// Which members form a group, by the sizes of what they read.

import { assertEquals, assertNotEquals } from "@std/assert";
import { fuseGroup } from "#lib/workflow/fuse_groups.ts";
import { prepareKeys } from "#lib/workflow/keys.ts";
import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";

async function groups(fuse: { by: readonly string[]; anySizes?: boolean }) {
  const sources = [1, 2].map((n) => ({ id: `source[${n}]`, params: { n } }));
  const { members } = fakeGraph([
    ...sources,
    ...[0, 1].map((k) => ({
      id: `read[${k}]`,
      params: { k },
      from: [sources[k].id],
      fuse,
    })),
  ]);
  const keys = await prepareKeys(members, fakeDeps());
  const artifactOf = (index: number) => ({
    digest: `${index}`,
    type: "table",
    files: { "x.csv": { digest: `${index}`, size: 10 + index } },
  });
  return [2, 3].map((i) => {
    const keyed = keys.keyed(i, (at) => artifactOf(at) as never);
    return keyed?.ok ? fuseGroup(members[i], keyed.value, artifactOf as never)?.name : undefined;
  });
}

Deno.test("fuseGroup() parts members by the sizes of their inputs, unless their task takes any", async () => {
  const [one, other] = await groups({ by: [] });
  assertNotEquals(one, undefined);
  assertNotEquals(one, other);
  const [any, same] = await groups({ by: [], anySizes: true });
  assertNotEquals(any, undefined);
  assertEquals(any, same);
});
