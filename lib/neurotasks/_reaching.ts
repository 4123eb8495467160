// Reaching: a direction is shown on a ring of channels, and the hand moves there (pro) or to the opposite side (anti), at
// once or after a delay. NeuroGym has reaching with one stimulus channel and a target on a line, and, in its collection
// after Yang et al. 2019, with a ring of channels and classes. Here the ring is the input, as direction has no beginning
// and no end, and the target is continuous: the hand's place in the plane, at the centre until the decision, then on the
// unit circle. Whoever stays at the centre is wrong; whoever ends within the tolerance of the direction is right.

import { z } from "zod";
import { defineNeurotask } from "../core/neurotask.ts";
import { writeCues } from "./_cues.ts";
import { accuracyOfRing } from "./_ideal_observer.ts";
import { decisionPeriods, durationsOf, publishedTiming, timingParam } from "./_timing.ts";

/** Rules in the order of their rule input. */
const reachingRules = [
  "reaching_anti",
  "reaching_pro",
  "reaching_delay",
  "reaching_anti_delay",
] as const;

/**
 * One of the four rules.
 *
 * @example
 * ```ts
 * import { reachingNeurotask } from "#lib/neurotasks/_reaching.ts";
 * import { assertEquals } from "@std/assert";
 * const pro = reachingNeurotask({ name: "reaching_pro", summary: "Pro.", anti: false, delay: false });
 * const params = pro.params.parse({ num_ring: 4 });
 * assertEquals(pro.channels(params), ["fixation", "ring_0", "ring_90", "ring_180", "ring_270"]);
 * ```
 */
export function reachingNeurotask({ name, summary, anti, delay }: {
  readonly name: typeof reachingRules[number];
  readonly summary: string;
  readonly anti: boolean;
  readonly delay: boolean;
}) {
  return defineNeurotask({
    name,
    summary,
    reference: "Georgopoulos, Schwartz & Kettner 1986, Science 233:1416; Munoz & Everling 2004 " +
      "(anti); conventions of NeuroGym (Molano-Mazon et al. 2022)",
    params: z.strictObject({
      timing: timingParam(publishedTiming({ delay })),
      num_ring: z.int().min(3).default(16).describe(
        "channels of the ring; channel k gives 0.5 + 0.5 cos(2πk / num_ring − direction)",
      ),
      sigma: z.number().min(0).default(1).describe(
        "noise of the ring while the stimulus lasts: standard deviation sigma / √dt_ms per step",
      ),
      tolerance_degrees: z.number().positive().max(180).default(20).describe(
        "how far from the direction a reach may end and still be right",
      ),
    }),
    rules: reachingRules,
    periods: decisionPeriods,
    mayBeEmpty: delay ? [] : ["delay"],
    targets: "value",
    channels: ({ num_ring }) => [
      "fixation",
      ...Array.from(
        { length: num_ring },
        (_, k) => `ring_${Number((360 * k / num_ring).toFixed(1))}`,
      ),
    ],
    outputs: () => ["x", "y"],
    timing: ({ timing }, mode) => durationsOf(timing, mode, { delay }),
    conditions: () => [{ name: "direction_degrees", uniform: [0, 360], unit: "deg" }],
    isDecidable: () => true,
    write({ sigma, num_ring }, design, out) {
      const { conditions: { direction_degrees }, bounds, dtMs } = design;
      const numChannels = num_ring + 1;
      writeCues(design, numChannels, out);
      const deviation = sigma / Math.sqrt(dtMs);
      const direction = direction_degrees * Math.PI / 180;
      const [from, to] = bounds.stimulus;
      for (let k = 0; k < num_ring; k++) {
        const seen = 0.5 + 0.5 * Math.cos(2 * Math.PI * k / num_ring - direction);
        for (let step = from; step < to; step++) {
          out.observation[numChannels * step + 1 + k] = seen;
          out.noise[numChannels * step + 1 + k] = deviation;
        }
      }
      const [go, end] = bounds.decision;
      const sign = anti ? -1 : 1;
      for (let step = go; step < end; step++) {
        out.target[2 * step] = sign * Math.cos(direction);
        out.target[2 * step + 1] = sign * Math.sin(direction);
      }
    },
    isCorrect({ tolerance_degrees }, response, target) {
      // Half way out at least: a hand at the centre points nowhere.
      const length = Math.hypot(response[0], response[1]);
      const along = (response[0] * target[0] + response[1] * target[1]) /
        Math.hypot(target[0], target[1]);
      return length >= 0.5 && along >= length * Math.cos(tolerance_degrees * Math.PI / 180);
    },
    chance: ({ tolerance_degrees }) => tolerance_degrees / 180,
    ideal({ sigma, num_ring, tolerance_degrees, timing }, { mode, dtMs }) {
      const accuracy = accuracyOfRing(
        {
          amplitude: 0.5,
          numChannels: num_ring,
          noise: sigma / Math.sqrt(dtMs),
          halfWidth: tolerance_degrees * Math.PI / 180,
        },
        timing[mode].stimulus,
        dtMs,
      );
      return {
        overall: accuracy,
        decidable: accuracy,
        method:
          "closed form: the direction of the population vector of the ring, summed over the " +
          "stimulus, ends within the tolerance; a plane Gaussian at √(K S / 2) / 2σ from the centre",
      };
    },
  });
}
