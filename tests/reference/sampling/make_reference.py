"""Writes sobol.json: points of the unscrambled Sobol sequence, as integers to divide by 2**32."""

import json

from scipy.stats import qmc

chosen = [0, 1, 2, 3, 5, 17, 33, 63, 500, 1023]
points = qmc.Sobol(40, scramble=False, bits=32).random(1024)
rows = [[int(x * 2**32) for x in points[i]] for i in chosen]
with open("sobol.json", "w") as file:
    lines = ",\n    ".join(json.dumps(row, separators=(",", ":")) for row in rows)
    file.write('{\n  "positions": %s,\n  "points": [\n    %s\n  ]\n}\n' % (json.dumps(chosen), lines))
