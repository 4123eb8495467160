// All trials, in the order of the plan.

import { r01 } from "./r01_kill.ts";
import { r02, r03 } from "./r02_calls.ts";
import { r04 } from "./r04_full_disk.ts";
import { r05 } from "./r05_read_only.ts";
import { r06 } from "./r06_failing_sync.ts";
import { r07 } from "./r07_power_cut.ts";
import { r09 } from "./r09_bit_flip.ts";
import { r10 } from "./r10_race.ts";
import { r12 } from "./r12_clock.ts";
import { r14 } from "./r14_signals.ts";
import { r15 } from "./r15_memory.ts";
import { r18 } from "./r18_hostile_yaml.ts";
import { r19 } from "./r19_yaml_fuzz.ts";
import { r20 } from "./r20_escapes.ts";
import { r21 } from "./r21_names.ts";
import { r23 } from "./r23_pickle.ts";
import { r08, r22 } from "./suite.ts";
import type { Trial } from "./trial.ts";

/** Every trial there is. */
export const trials: readonly Trial[] = [
  r01,
  r02,
  r03,
  r04,
  r05,
  r06,
  r07,
  r08,
  r09,
  r10,
  r12,
  r14,
  r15,
  r18,
  r19,
  r20,
  r21,
  r22,
  r23,
];
