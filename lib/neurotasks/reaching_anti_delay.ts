// Reaching, inverted and from memory: move away from the direction that was shown after a delay.

import { reachingNeurotask } from "./_reaching.ts";

export default reachingNeurotask({
  name: "reaching_anti_delay",
  summary: "Reach away from the direction that was shown, after a delay.",
  anti: true,
  delay: true,
});
