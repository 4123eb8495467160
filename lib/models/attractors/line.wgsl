// A line attractor for four trajectories at once: one sum over the units.

alias Sums = vec4<f32>;

struct Field {
  tau: f32,
  feedback: f32,
}

fn load_field(row: u32) -> Field {
  return Field(constants[row], constants[row + 1u]);
}

fn terms(x: vec4<f32>, _unit: u32, _f: Field) -> Sums {
  return x;
}

fn scaled(sum: Sums, f: Field) -> Sums {
  return f.feedback * (sum / f32(uniforms.num_units));
}

fn rate(x: vec4<f32>, _unit: u32, recurrent: Sums, f: Field) -> vec4<f32> {
  return (recurrent - x) / f.tau;
}
