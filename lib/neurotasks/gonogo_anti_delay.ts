// Go/no-go, inverted and from memory: respond to the stimulus that asks for none after a delay.

import { gonogoNeurotask } from "./_gonogo.ts";

export default gonogoNeurotask({
  name: "gonogo_anti_delay",
  summary: "Respond to the no-go stimulus and not to the other after a delay.",
  anti: true,
  delay: true,
});
