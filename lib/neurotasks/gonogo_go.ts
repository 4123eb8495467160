// Go/no-go: respond to one stimulus and not to the other, at once.

import { gonogoNeurotask } from "./_gonogo.ts";

export default gonogoNeurotask({
  name: "gonogo_go",
  summary: "Respond to one stimulus and not to the other, at once.",
  anti: false,
  delay: false,
});
