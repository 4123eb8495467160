// Reaching: move to the direction that is shown, at once.

import { reachingNeurotask } from "./_reaching.ts";

export default reachingNeurotask({
  name: "reaching_pro",
  summary: "Reach in the direction that is shown, at once.",
  anti: false,
  delay: false,
});
