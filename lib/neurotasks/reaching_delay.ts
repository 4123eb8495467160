// Reaching from memory: move to the direction that was shown after a delay.

import { reachingNeurotask } from "./_reaching.ts";

export default reachingNeurotask({
  name: "reaching_delay",
  summary: "Reach in the direction that was shown, after a delay.",
  anti: false,
  delay: true,
});
