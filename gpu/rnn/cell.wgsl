// Activations of networks, by the number of lib/math/networks/activation.ts, and their slopes from values; keep and gain of
// units (rnn/leak.ts).

/** φ(z). */
fn activate(code: u32, z: vec4f) -> vec4f {
  switch code {
    case 1u: { return max(z, vec4f(0.0)); }
    case 2u: { return select(0.01 * z, z, z > vec4f(0.0)); }
    case 3u: { return max(z, vec4f(0.0)) + log_one_plus(exp(-abs(z))); }
    case 4u: { return hyperbolic_tangent(z); }
    case 5u: {
      let e = exp(-abs(z));
      return select(e, vec4f(1.0), z >= vec4f(0.0)) / (1.0 + e);
    }
    default: { return z; }
  }
}

/** φ'(z) from y = φ(z). */
fn activation_slope(code: u32, y: vec4f) -> vec4f {
  switch code {
    case 1u: { return select(vec4f(0.0), vec4f(1.0), y > vec4f(0.0)); }
    case 2u: { return select(vec4f(0.01), vec4f(1.0), y > vec4f(0.0)); }
    case 3u: {
      // 1 − e^(−y), without the cancellation near 0.
      let small = y * (1.0 - y * (0.5 - y * (0.16666667 - y * 0.041666668)));
      return select(1.0 - exp(-y), small, y < vec4f(0.1));
    }
    case 4u: { return 1.0 - y * y; }
    case 5u: { return y * (1.0 - y); }
    default: { return vec4f(1.0); }
  }
}

/** log(1 + x) for 0 ≤ x ≤ 1: 2 artanh(x / (2 + x)). */
fn log_one_plus(x: vec4f) -> vec4f {
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s *
    (1.0 + q * (0.33333334 + q * (0.2 + q * (0.14285715 + q * (0.11111111 + q * (0.09090909 + q * 0.07692308))))));
}

/** tanh(z), without overflow and without the cancellation near 0. */
fn hyperbolic_tangent(z: vec4f) -> vec4f {
  let e = exp(-2.0 * abs(z));
  let q = z * z;
  let large = sign(z) * (1.0 - e) / (1.0 + e);
  let small = z *
    (1.0 + q * (-0.33333334 + q * (0.13333334 + q * (-0.05396825 + q * (0.021869488 + q * -0.008863235)))));
  return select(large, small, abs(z) < vec4f(0.3));
}

/** What a step does to four units; `slope` is d keep / d τ. */
struct Leak { keep: vec4f, gain: vec4f, slope: vec4f }

fn leak_of(kind: u32, keep: f32, gain: f32, dt: f32, tau: vec4f) -> Leak {
  switch kind {
    case 1u: {
      let used = max(tau, vec4f(0.125 * dt));
      let kept = exp(-dt / used);
      return Leak(kept, 1.0 - kept, select(kept * dt / (used * used), vec4f(0.0), tau < used));
    }
    case 2u: {
      let share = dt / max(tau, vec4f(dt));
      return Leak(1.0 - share, share, select(vec4f(0.0), dt / (tau * tau), tau > vec4f(dt)));
    }
    default: { return Leak(vec4f(keep), vec4f(gain), vec4f(0.0)); }
  }
}
