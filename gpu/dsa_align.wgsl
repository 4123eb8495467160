// Descents over orthogonal C for ½‖A − C B Cᵀ‖², one workgroup per descent. See dsa_align.ts for what lies where, and
// lib/math/dsa (descent.ts, matching_problem.ts, pair_basis.ts, limited_memory.ts) for the method.
// All threads of a workgroup compute the same scalars from the same sums; what decides about control flow is read
// from one of them. Every sum has one fixed order. Workgroup memory holds sums and factors only: matrices stay in
// storage, whatever their size.

#import "dsa_align/algebra"
#import "dsa_align/objective"
#import "dsa_align/step"

struct Params {
  n: u32,
  num: u32,
  steps: u32,
  rotations_at: u32,
  scratch_at: u32,
  max_iterations: f32,
  gradient_tolerance: f32,
  relative_decrease: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> space: array<vec4f>;
@group(0) @binding(2) var<storage, read> entries: array<u32>;
@group(0) @binding(3) var<storage, read> slots: array<u32>;
@group(0) @binding(4) var<storage, read_write> marks: array<f32>;

/// Threads of a workgroup, 256 at most.
override width: u32 = 64u;

const memory = 6u;
const window = 10u;
const renewal = 100u;
const max_turn = 2.5;
const armijo = 1e-4;
const lowest_curvature = 0.005;
const rounding = 2e-6;
const max_attempts = 8.0;
const least_curvature = 1e-6;
const sqrt1_2 = 0.70710678;
const sqrt2 = 1.41421356;

// What is kept between dispatches, by its place in `marks`.
const num_marks = 32u;
const rho_at = 10u;
const history_at = 16u;
const alpha_at = 26u;

const fresh = 0u;
const running = 1u;
const converged = 2u;
const settled = 3u;
const stuck = 5u;

// Bands of a product's factors, as in lib/wasm/assembly/_dsa_product.ts.
const full = 0u;
const right_upper = 1u;
const right_lower = 2u;
const left_lower = 3u;

var<workgroup> partials: array<vec4f, 256>;
var<workgroup> factors: array<vec2f, 128>;
var<workgroup> kept: array<f32, 32>;
var<workgroup> agreed: u32;

// Of this workgroup; places count vectors of four.
var<private> me: u32;
// The width, where unrolling a loop over it would only make the shader long.
var<private> threads: u32;
var<private> n: u32;
var<private> s4: u32;
var<private> square: u32;
var<private> vector: u32;
var<private> size: u32;
var<private> table: u32;
var<private> a_at: u32;
var<private> b_at: u32;
var<private> turned_a_at: u32;
var<private> diagonal_at: u32;
var<private> residual: u32;
var<private> product: u32;
var<private> other: u32;
var<private> trial: u32;
var<private> turned: u32;
var<private> work: u32;
var<private> gradient: u32;
var<private> direction: u32;
var<private> curvature: u32;
var<private> past: u32;

@compute @workgroup_size(width)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  me = local;
  // Through workgroup memory, because software adapters compile a shader anew for every value of a uniform that
  // bounds a loop.
  threads = agree(width);
  n = agree(params.n);
  let steps = agree(params.steps);
  if (group.x >= params.num) { return; }
  let slot = slots[2u * group.x];
  let pair = slots[2u * group.x + 1u];
  s4 = (n + 3u) / 4u;
  square = 4u * s4 * s4;
  size = n * (n - 1u) / 2u;
  vector = max(1u, (size + 3u) / 4u);
  table = 2u * size * pair;
  a_at = pair * (3u * square + s4);
  b_at = a_at + square;
  turned_a_at = b_at + square;
  diagonal_at = turned_a_at + square;
  let c = params.rotations_at / 4u + slot * square;
  residual = params.scratch_at / 4u + slot * (7u * square + 16u * vector);
  product = residual + square;
  other = product + square;
  trial = other + square;
  turned = trial + square;
  work = turned + square;
  let after = work + 2u * square;
  gradient = after + vector;
  direction = gradient + vector;
  curvature = direction + vector;
  past = curvature + vector;

  for (var i = me; i < num_marks; i += width) { kept[i] = marks[slot * num_marks + i]; }
  workgroupBarrier();
  var value = kept[0];
  var norm = kept[1];
  var iterations = u32(kept[2]);
  var status = u32(kept[3]);
  var count = u32(kept[4]);
  var next = u32(kept[5]);
  var t = kept[6];
  var slope = kept[7];
  var attempt = kept[8];
  var evaluations = kept[9];

  // The start itself is evaluated besides.
  let rounds = agree(steps + u32(status == fresh));
  for (var step = 0u; step < rounds; step++) {
    if (status == running && attempt == 0.0) {
      if (!(f32(iterations) < params.max_iterations && norm > params.gradient_tolerance)) {
        status = converged;
      } else if (iterations >= window) {
        let progress = kept[history_at + iterations % window] - value;
        if (progress < params.relative_decrease * value) { status = settled; }
      }
    }
    if (agree(status) > running) { break; }
    if (agree(u32(status == running && attempt == 0.0)) == 1u) {
      if (me == 0u) { kept[history_at + iterations % window] = value; }
      if (agree(u32(iterations > 0u && iterations % renewal == 0u)) == 1u) {
        orthonormalise(c);
      }
      for (var again = 0u; again < 2u; again++) {
        quasi_newton(agree(count), next);
        let sums = total(vec4f(
          own_dot(gradient, direction, vector),
          own_dot(direction, direction, vector),
          0.0,
          0.0,
        ));
        slope = 2.0 * sums.x;
        t = min(1.0, max_turn / (sqrt2 * sqrt(sums.y)));
        if (agree(u32(slope < 0.0)) == 1u) { break; }
        count = 0u;
        next = 0u;
      }
    }
    if (agree(status) == fresh) {
      copy(c, trial, square);
    } else {
      prepare_turn(0.5 * t, c);
      solve_cayley(c);
    }
    let found = evaluate(trial);
    let is_lower = found <= value + armijo * t * slope + rounding * value;
    if (agree(u32(status == fresh || is_lower)) == 1u) {
      differentiate(after);
      copy(trial, c, square);
      let sums = remember(status == running, t, after, next);
      if (status == running) {
        attempt = 0.0;
        iterations += 1u;
        evaluations += 1.0;
        // Only steps along which the curvature is positive.
        if (sums.y > least_curvature * sqrt(sums.x * sums.z)) {
          if (me == 0u) { kept[rho_at + next] = 1.0 / sums.y; }
          next = (next + 1u) % memory;
          count = min(count + 1u, memory);
        }
      }
      status = running;
      value = found;
      norm = sqrt2 * sqrt(sums.w);
    } else {
      evaluations += 1.0;
      if (attempt + 1.0 >= max_attempts) {
        status = stuck;
      } else {
        attempt += 1.0;
        let parabola = -slope * t * t / (2.0 * (found - value - t * slope));
        t = max(min(parabola, 0.5 * t), 0.1 * t);
      }
    }
  }

  workgroupBarrier();
  if (me == 0u) {
    kept[0] = value;
    kept[1] = norm;
    kept[2] = f32(iterations);
    kept[3] = f32(status);
    kept[4] = f32(count);
    kept[5] = f32(next);
    kept[6] = t;
    kept[7] = slope;
    kept[8] = attempt;
    kept[9] = evaluations;
    for (var i = 0u; i < num_marks; i++) { marks[slot * num_marks + i] = kept[i]; }
  }
  // What is of no use to the next dispatch, so that the engines leave the same behind.
  storageBarrier();
  for (var i = me; i < 7u * square + vector; i += width) { space[residual + i] = vec4f(); }
}
