// Basin's lint plugin, named in deno.json. One file per rule in `rules/`; the table they follow is `rooms.ts`.

import { documented } from "./rules/documented.ts";
import { name } from "./rules/name.ts";
import { pure } from "./rules/pure.ts";
import { rooms } from "./rules/rooms.ts";

export default {
  name: "basin",
  rules: { rooms, pure, name, documented },
} satisfies Deno.lint.Plugin;
