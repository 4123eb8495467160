// Perceptual decision, inverted and from memory: choose the weaker channel after a delay.

import { pdmNeurotask } from "./_pdm.ts";

export default pdmNeurotask({
  name: "pdm_anti_delay",
  summary: "Choose the weaker of two noisy channels after a delay.",
  anti: true,
  delay: true,
});
