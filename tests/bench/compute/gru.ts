// One leaky GRU with a live reset gate, against PyTorch (_one_network.ts).

import { oneNetwork } from "./_one_network.ts";

export default oneNetwork({
  name: "gru",
  summary: "training updates of one leaky GRU, f32",
  cell: "leaky_gru",
});
