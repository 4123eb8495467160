// The Rössler system for four trajectories at once.

struct Field {
  a: f32,
  b: f32,
  c: f32,
}

fn load_field(row: u32, _unit: u32) -> Field {
  return Field(constants[row], constants[row + 1u], constants[row + 2u]);
}

fn field(u: State, f: Field) -> State {
  let x = u[0];
  let y = u[1];
  let z = u[2];
  return State(-y - z, x + f.a * y, f.b + z * (x - f.c));
}
