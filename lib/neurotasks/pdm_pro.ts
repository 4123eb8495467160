// Perceptual decision: choose the stronger channel, at once.

import { pdmNeurotask } from "./_pdm.ts";

export default pdmNeurotask({
  name: "pdm_pro",
  summary: "Choose the stronger of two noisy channels at once.",
  anti: false,
  delay: false,
});
