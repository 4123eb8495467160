// Perceptual decision, inverted: choose the weaker channel, at once.

import { pdmNeurotask } from "./_pdm.ts";

export default pdmNeurotask({
  name: "pdm_anti",
  summary: "Choose the weaker of two noisy channels at once.",
  anti: true,
  delay: false,
});
