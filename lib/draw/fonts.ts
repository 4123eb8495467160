// The font files, as bytes: the only place where they are imported. Loaded lazily by those who measure or rasterise.

import bold from "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf" with { type: "bytes" };
import regular from "dejavu-fonts-ttf/ttf/DejaVuSans.ttf" with { type: "bytes" };

export {
  /** DejaVu Sans Bold. */
  bold,
  /** DejaVu Sans. */
  regular,
};
