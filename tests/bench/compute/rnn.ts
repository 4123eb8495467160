// One leaky RNN, against PyTorch (_one_network.ts).

import { oneNetwork } from "./_one_network.ts";

export default oneNetwork({
  name: "rnn",
  summary: "training updates of one leaky RNN, f32",
  cell: "leaky_rnn",
});
