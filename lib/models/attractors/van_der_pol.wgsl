// The Van der Pol oscillator for four trajectories at once.

struct Field {
  mu: f32,
}

fn load_field(row: u32, _unit: u32) -> Field {
  return Field(constants[row]);
}

fn field(u: State, f: Field) -> State {
  let x = u[0];
  let v = u[1];
  return State(v, f.mu * (1.0 - x * x) * v - x);
}
