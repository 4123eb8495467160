// Ensembles of networks whose units know of each other through a few sums over all units (one workgroup per quad).
// The threads of a workgroup share the units: each keeps to its own, and hears of the others by the sums alone, which
// are added in a fixed order. The field's fragment defines, for four trajectories at once,
//   alias Sums, struct Field, fn load_field(row: u32) -> Field,
//   fn terms(x, unit, f) -> Sums, fn scaled(sums, f) -> Sums, fn rate(x, unit, sums, f) -> vec4<f32>.

#import "ode/schedule"
#import "ode/slots"
#import "ode/noise"
#import "field"

override workgroup_size: u32;
// 0: forward Euler, 1: classical Runge–Kutta.
override method: u32;

// As many as a workgroup has threads at most.
var<workgroup> partial: array<Sums, 32>;

@compute @workgroup_size(workgroup_size)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) thread: u32,
) {
  let num_units = uniforms.num_units;
  let quad = quads[group.x];
  let member = members[quad.member];
  let row = member.constants;
  let h = constants[row];
  let noise = constants[row + 3u];
  let f = load_field(row + 4u);
  begin(group.x, thread);

  var now = schedule(member);
  if (now.stores_first) {
    store_point(quad, thread, 0u);
  }
  while (now.step < now.end) {
    let stop = min(now.end, now.next);
    for (var step = now.step; step < stop; step++) {
      if (method == 0u) {
        evaluate(0u, X, thread, f, h);
      } else {
        let half_h = constants[row + 1u];
        evaluate(1u, X, thread, f, half_h);
        evaluate(2u, PROBE, thread, f, half_h);
        evaluate(3u, PROBE, thread, f, h);
        evaluate(4u, PROBE, thread, f, constants[row + 2u]);
      }
      if (noise != 0.0) {
        for (var unit = thread; unit < num_units; unit += workgroup_size) {
          set_slot(X, unit, slot_value(X, unit) + noise * noise_of(member.key, quad.trial, step, unit));
        }
      }
    }
    now.step = stop;
    if (stop == now.next) {
      store_point(quad, thread, now.column);
      now.column++;
      now.next += member.substeps;
    }
  }
  finish(group.x, thread);
}

// The field at the states of a slot, and what a stage of the method does with it; stage 0 is Euler's.
fn evaluate(stage: u32, slot: u32, thread: u32, f: Field, h: f32) {
  var sum = Sums();
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    sum += terms(slot_value(slot, unit), unit, f);
  }
  partial[thread] = sum;
  workgroupBarrier();
  var whole = Sums();
  for (var i = 0u; i < workgroup_size; i++) {
    whole += partial[i];
  }
  workgroupBarrier();
  let sums = scaled(whole, f);
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    let k = rate(slot_value(slot, unit), unit, sums, f);
    let x = slot_value(X, unit);
    switch stage {
      case 0u: {
        set_slot(X, unit, x + h * k);
      }
      case 1u: {
        set_slot(KEPT, unit, k);
        set_slot(PROBE, unit, x + h * k);
      }
      case 4u: {
        set_slot(X, unit, x + h * (slot_value(KEPT, unit) + k));
      }
      default: {
        set_slot(KEPT, unit, slot_value(KEPT, unit) + 2.0 * k);
        set_slot(PROBE, unit, x + h * k);
      }
    }
  }
}

// Points are rows × points × units.
fn store_point(quad: Quad, thread: u32, column: u32) {
  let stride = uniforms.num_points * uniforms.num_units;
  let first = quad.row * stride + column * uniforms.num_units;
  for (var unit = thread; unit < uniforms.num_units; unit += workgroup_size) {
    let x = slot_value(X, unit);
    for (var lane = 0u; lane < quad.lanes; lane++) {
      points[first + lane * stride + unit] = x[lane];
    }
  }
}

fn noise_of(key: vec2<u32>, trial: u32, step: u32, unit: u32) -> vec4<f32> {
  let lane = unit & 1u;
  return vec4(
    process_noise_pair(key, trial, step, unit & ~1u)[lane],
    process_noise_pair(key, trial + 1u, step, unit & ~1u)[lane],
    process_noise_pair(key, trial + 2u, step, unit & ~1u)[lane],
    process_noise_pair(key, trial + 3u, step, unit & ~1u)[lane],
  );
}
