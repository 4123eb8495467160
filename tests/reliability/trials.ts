// All trials, in the order of the plan.

import { r01 } from "./r01_kill.ts";
import { r02, r03 } from "./r02_calls.ts";
import { r04 } from "./r04_full_disk.ts";
import { r05 } from "./r05_read_only.ts";
import { r06 } from "./r06_failing_sync.ts";
import { r07 } from "./r07_power_cut.ts";
import { r10 } from "./r10_race.ts";
import { r18 } from "./r18_hostile_yaml.ts";
import { r19 } from "./r19_yaml_fuzz.ts";
import type { Trial } from "./trial.ts";

/** Every trial there is. */
export const trials: readonly Trial[] = [r01, r02, r03, r04, r05, r06, r07, r10, r18, r19];
