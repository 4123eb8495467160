// Reaching, inverted: move away from the direction that is shown, at once.

import { reachingNeurotask } from "./_reaching.ts";

export default reachingNeurotask({
  name: "reaching_anti",
  summary: "Reach away from the direction that is shown, at once.",
  anti: true,
  delay: false,
});
