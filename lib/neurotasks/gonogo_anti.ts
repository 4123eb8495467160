// Go/no-go, inverted: respond to the stimulus that asks for none, at once.

import { gonogoNeurotask } from "./_gonogo.ts";

export default gonogoNeurotask({
  name: "gonogo_anti",
  summary: "Respond to the no-go stimulus and not to the other, at once.",
  anti: true,
  delay: false,
});
