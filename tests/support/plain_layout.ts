// A layout as Graphviz gives it: boxes below each other, each with an arrow to the next.

/** The plain format for a number of stages in a chain. */
export function plainLayout(numStages: number): string {
  const y = (i: number) => numStages - i - 0.5;
  const boxes = Array.from(
    { length: numStages },
    (_, i) => `node n${i} 1 ${y(i)} 1.5 0.8 "" solid box black lightgrey`,
  );
  const arrows = Array.from({ length: Math.max(0, numStages - 1) }, (_, i) => {
    const points = [y(i) - 0.4, y(i) - 0.42, y(i) - 0.44, y(i) - 0.46].map((at) => `1 ${at}`);
    return `edge n${i} n${i + 1} 4 ${points.join(" ")} solid black`;
  });
  return [`graph 1 2 ${numStages}`, ...boxes, ...arrows, "stop"].join("\n") + "\n";
}
