// A pair of units that decay and turn, for four trajectories at once.

struct Field {
  tau: f32,
  gain: f32,
  omega: f32,
  saturates: bool,
}

fn load_field(row: u32, unit: u32) -> Field {
  // A last unit without a partner does not turn.
  let omega = select(0.0, constants[row + 2u], unit + 1u < uniforms.num_units);
  return Field(constants[row], constants[row + 1u], omega, constants[row + 3u] != 0.0);
}

// tanh by an odd polynomial near 0, where decaying states go and built-in functions are only as good as their sum.
fn response(x: vec4<f32>, f: Field) -> vec4<f32> {
  if (!f.saturates) {
    return x;
  }
  let z = x * x;
  let p = (((-0.00571703678 * z + 0.0206505786) * z - 0.0537434965) * z + 0.133314908) * z - 0.333332837;
  let far = sign(x) * (1.0 - 2.0 / (exp(2.0 * min(abs(x), vec4(40.0))) + 1.0));
  return select(far, x + x * z * p, abs(x) < vec4(0.625));
}

fn field(u: State, f: Field) -> State {
  let x = u[0];
  let y = u[1];
  return State(
    (f.gain * response(x, f) - x) / f.tau - f.omega * y,
    (f.gain * response(y, f) - y) / f.tau + f.omega * x,
  );
}
