// A ring of rate units for four trajectories at once: three sums over the units.
// Constants: j0, j1, i0, tau, then the cosines and the sines of the preferred angles.

alias Sums = mat3x4<f32>;

struct Field {
  j0: f32,
  j1: f32,
  i0: f32,
  tau: f32,
  cosines: u32,
}

fn load_field(row: u32) -> Field {
  return Field(constants[row], constants[row + 1u], constants[row + 2u], constants[row + 3u], row + 4u);
}

fn cosine(unit: u32, f: Field) -> f32 {
  return constants[f.cosines + unit];
}

fn sine(unit: u32, f: Field) -> f32 {
  return constants[f.cosines + uniforms.num_units + unit];
}

fn terms(x: vec4<f32>, unit: u32, f: Field) -> Sums {
  return Sums(x, x * cosine(unit, f), x * sine(unit, f));
}

fn scaled(sums: Sums, f: Field) -> Sums {
  let num_units = f32(uniforms.num_units);
  return Sums(f.i0 + f.j0 * sums[0] / num_units, sums[1] * (f.j1 / num_units), sums[2] * (f.j1 / num_units));
}

fn rate(x: vec4<f32>, unit: u32, sums: Sums, f: Field) -> vec4<f32> {
  let drive = sums[0] + sums[1] * cosine(unit, f) + sums[2] * sine(unit, f);
  return (1.0 / (1.0 + exp(min(-drive, vec4(80.0)))) - x) / f.tau;
}
