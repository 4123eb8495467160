// The Lorenz system for four trajectories at once.

struct Field {
  s: f32,
  r: f32,
  b: f32,
}

fn load_field(row: u32, _unit: u32) -> Field {
  return Field(constants[row], constants[row + 1u], constants[row + 2u]);
}

fn field(u: State, f: Field) -> State {
  let x = u[0];
  let y = u[1];
  let z = u[2];
  return State(f.s * (y - x), f.r * x - y - x * z, x * y - f.b * z);
}
