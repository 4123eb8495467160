// A pair of bistable or decaying units for four trajectories at once.

struct Field {
  depth: f32,
  tau: f32,
  first_is_bistable: bool,
  second_is_bistable: bool,
}

fn load_field(row: u32, unit: u32) -> Field {
  let bistable = constants[row + 2u];
  return Field(constants[row], constants[row + 1u], f32(unit) < bistable, f32(unit + 1u) < bistable);
}

fn rate(x: vec4<f32>, is_bistable: bool, f: Field) -> vec4<f32> {
  return select(-x / f.tau, x * (f.depth - x * x), is_bistable);
}

fn field(u: State, f: Field) -> State {
  return State(rate(u[0], f.first_is_bistable, f), rate(u[1], f.second_is_bistable, f));
}
