// What the shaders of ensembles share: the buffers, and from where to where a quad goes in one dispatch.
// A quad is four trajectories of one member, one per component of a vector. Members may differ in everything that
// stands in their row; what the rows hold is written down in gpu/ode/layout.ts.

struct Uniforms {
  num_quads: u32,
  // Index of the first point that this window of points stores, and how many it stores; none while states settle.
  first_point: u32,
  num_points: u32,
  // Steps done of this window by earlier dispatches, and steps to do in this one.
  first_step: u32,
  num_steps: u32,
  num_units: u32,
}

struct Quad {
  member: u32,
  // Row of `points` of the first of its trajectories, and how many there are.
  row: u32,
  lanes: u32,
  // Index of the first trajectory in its member, for noise.
  trial: u32,
}

struct Member {
  substeps: u32,
  // Steps before the first point.
  settling: u32,
  key: vec2<u32>,
  // Where its constants begin: h, h/2, h/6, the size of noise per step, then those of the system.
  constants: u32,
  _unused: u32,
  _unused_too: vec2<u32>,
}

@group(0) @binding(0) var<uniform> uniforms: Uniforms;
@group(0) @binding(1) var<storage, read> quads: array<Quad>;
@group(0) @binding(2) var<storage, read> members: array<Member>;
@group(0) @binding(3) var<storage, read> constants: array<f32>;
@group(0) @binding(4) var<storage, read_write> state: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> points: array<f32>;

// Where a quad stands, in steps since its beginning.
struct Schedule {
  step: u32,
  end: u32,
  // When the next point is stored, and in which column.
  next: u32,
  column: u32,
  // Whether the state before any step is the first point.
  stores_first: bool,
}

fn schedule(member: Member) -> Schedule {
  var start = 0u;
  var finish = member.settling;
  if (uniforms.num_points > 0u) {
    if (uniforms.first_point > 0u) {
      start = member.settling + (uniforms.first_point - 1u) * member.substeps;
    } else {
      start = member.settling;
    }
    finish = member.settling + (uniforms.first_point + uniforms.num_points - 1u) * member.substeps;
  }
  // A quad with fewer steps than others may be done.
  let step = min(start + uniforms.first_step, finish);
  let end = step + min(uniforms.num_steps, finish - step);
  if (uniforms.num_points == 0u) {
    return Schedule(step, end, 0xffffffffu, 0u, false);
  }
  let point = (step - member.settling) / member.substeps + 1u;
  return Schedule(
    step,
    end,
    member.settling + point * member.substeps,
    point - uniforms.first_point,
    uniforms.first_point == 0u && uniforms.first_step == 0u,
  );
}
