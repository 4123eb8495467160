// Perceptual decision from memory: choose the stronger channel after a delay.

import { pdmNeurotask } from "./_pdm.ts";

export default pdmNeurotask({
  name: "pdm_delay",
  summary: "Choose the stronger of two noisy channels after a delay.",
  anti: false,
  delay: true,
});
