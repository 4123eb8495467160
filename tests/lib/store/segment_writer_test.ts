import { assertEquals } from "@std/assert";
import type { Disk } from "#lib/core/disk.ts";
import type { Segment } from "#lib/store/segment.ts";
import { SegmentWriter } from "#lib/store/segment_writer.ts";

Deno.test("SegmentWriter.append() is carried out however closely it follows another", async () => {
  const file = { write: () => Promise.resolve(), sync: () => Promise.resolve(), close: () => {} };
  const disk = { append: () => Promise.resolve(file) } as unknown as Disk;
  const segment = { path: "s" } as Segment;
  for (let microtasks = 0; microtasks < 30; microtasks++) {
    const writer = await SegmentWriter.open(disk, segment, "folder");
    const first = writer.append([new Uint8Array(10)]);
    for (let i = 0; i < microtasks; i++) await null;
    let offset: number | undefined;
    writer.append([new Uint8Array(5)]).then(([at]) => offset = at);
    for (let i = 0; i < 30; i++) await null;
    assertEquals([await first, offset], [[0], 10], `after ${microtasks} microtasks`);
  }
});
