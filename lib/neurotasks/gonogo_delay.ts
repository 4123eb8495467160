// Go/no-go from memory: respond to one stimulus and not to the other after a delay.

import { gonogoNeurotask } from "./_gonogo.ts";

export default gonogoNeurotask({
  name: "gonogo_delay",
  summary: "Respond to one stimulus and not to the other after a delay.",
  anti: false,
  delay: true,
});
