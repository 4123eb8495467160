// Ensembles of systems whose state falls into small blocks of units that know nothing of each other: planar and
// three-dimensional systems (one block), and networks without connections beyond pairs (a block per pair).
// One thread moves one block of a quad on by all steps of the dispatch, state in registers: a matrix whose columns are
// units and whose rows are the four trajectories. The field's fragment defines
//   struct Field, fn load_field(row: u32, unit: u32) -> Field, fn field(x: State, f: Field) -> State.

#import "ode/schedule"
#import "ode/state"
#import "ode/noise"
#import "field"

override workgroup_size: u32;
// 0: forward Euler, 1: classical Runge–Kutta.
override method: u32;

fn advance(x: State, f: Field, h: f32, half_h: f32, sixth_h: f32) -> State {
  let k1 = field(x, f);
  if (method == 0u) {
    return x + h * k1;
  }
  let k2 = field(x + half_h * k1, f);
  let k3 = field(x + half_h * k2, f);
  let k4 = field(x + h * k3, f);
  return x + sixth_h * (k1 + 2.0 * (k2 + k3) + k4);
}

@compute @workgroup_size(workgroup_size)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let num_units = uniforms.num_units;
  let num_blocks = (num_units + BLOCK_UNITS - 1u) / BLOCK_UNITS;
  let index = id.x / num_blocks;
  if (index >= uniforms.num_quads) {
    return;
  }
  let unit = (id.x % num_blocks) * BLOCK_UNITS;
  let quad = quads[index];
  let member = members[quad.member];
  let row = member.constants;
  let h = constants[row];
  let half_h = constants[row + 1u];
  let sixth_h = constants[row + 2u];
  let noise = constants[row + 3u];
  let f = load_field(row + 4u, unit);
  let at = index * num_units + unit;
  var x = load_block(at, unit);

  var now = schedule(member);
  if (now.stores_first) {
    store_point(x, quad, unit, 0u);
  }
  while (now.step < now.end) {
    let stop = min(now.end, now.next);
    if (noise == 0.0) {
      for (var step = now.step; step < stop; step++) {
        x = advance(x, f, h, half_h, sixth_h);
      }
    } else {
      for (var step = now.step; step < stop; step++) {
        x = advance(x, f, h, half_h, sixth_h) + noise * noise_block(member.key, quad.trial, step, unit);
      }
    }
    now.step = stop;
    if (stop == now.next) {
      store_point(x, quad, unit, now.column);
      now.column++;
      now.next += member.substeps;
    }
  }
  store_block(at, unit, x);
}

// Points are rows × points × units.
fn store_point(x: State, quad: Quad, unit: u32, column: u32) {
  let stride = uniforms.num_points * uniforms.num_units;
  let at = quad.row * stride + column * uniforms.num_units + unit;
  store_lane(at, unit, x, 0u);
  if (quad.lanes > 1u) {
    store_lane(at + stride, unit, x, 1u);
  }
  if (quad.lanes > 2u) {
    store_lane(at + 2u * stride, unit, x, 2u);
  }
  if (quad.lanes > 3u) {
    store_lane(at + 3u * stride, unit, x, 3u);
  }
}
