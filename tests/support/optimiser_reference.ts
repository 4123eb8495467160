// Optimisers in double precision, as PyTorch documents them (torch.optim.Adam, torch.optim.SGD, clip_grad_norm_): an
// oracle for the kernels that update parameters.

/** How parameters follow gradients. `weightDecay` is added to the gradient. */
export interface ReferenceRule {
  readonly kind: "adam" | "sgd";
  readonly rate: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly amsgrad?: boolean;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly clipNorm?: number;
  readonly clipValue?: number;
}

/** Applies a rule step by step; keeps the moments. */
export class ReferenceOptimiser {
  readonly #rule: ReferenceRule;
  readonly #moments = new Map<string, Record<"first" | "second" | "largest", Float64Array>>();
  #steps = 0;

  constructor(rule: ReferenceRule) {
    this.#rule = rule;
  }

  /** Moves the parameters that are named; returns the norm of their gradients before clipping. */
  step(
    parameters: Readonly<Record<string, Float64Array>>,
    gradients: Readonly<Record<string, Float64Array>>,
    trained: readonly string[] = Object.keys(parameters),
  ): number {
    this.#steps++;
    const norm = Math.sqrt(
      trained.reduce((sum, name) => sum + gradients[name].reduce((s, g) => s + g * g, 0), 0),
    );
    const { clipNorm, clipValue = Infinity } = this.#rule;
    const factor = clipNorm === undefined ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    for (const name of trained) {
      const p = parameters[name];
      const room = () => new Float64Array(p.length);
      const kept = this.#moments.get(name) ?? { first: room(), second: room(), largest: room() };
      this.#moments.set(name, kept);
      for (let i = 0; i < p.length; i++) {
        const clipped = Math.max(-clipValue, Math.min(clipValue, factor * gradients[name][i]));
        const g = clipped + (this.#rule.weightDecay ?? 0) * p[i];
        p[i] -= this.#rule.rate *
          (this.#rule.kind === "adam" ? this.#adam(kept, i, g) : this.#sgd(kept, i, g));
      }
    }
    return norm;
  }

  #adam(kept: Record<"first" | "second" | "largest", Float64Array>, i: number, g: number): number {
    const { betas: [b1, b2] = [0.9, 0.999], eps = 1e-8, amsgrad = false } = this.#rule;
    kept.first[i] = b1 * kept.first[i] + (1 - b1) * g;
    kept.second[i] = b2 * kept.second[i] + (1 - b2) * g * g;
    kept.largest[i] = Math.max(kept.largest[i], kept.second[i]);
    const size = (amsgrad ? kept.largest[i] : kept.second[i]) / (1 - b2 ** this.#steps);
    return kept.first[i] / (1 - b1 ** this.#steps) / (Math.sqrt(size) + eps);
  }

  #sgd(kept: Record<"first" | "second" | "largest", Float64Array>, i: number, g: number): number {
    const { momentum = 0, nesterov = false } = this.#rule;
    kept.first[i] = this.#steps === 1 ? g : momentum * kept.first[i] + g;
    return nesterov ? g + momentum * kept.first[i] : kept.first[i];
  }
}
