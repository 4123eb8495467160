// Words and normal numbers of a random stream, row by row: one thread makes one block of four.
#import "shared/philox"

override WORKGROUP: u32 = 64;

struct Params {
  num_rows: u32,
  num: u32,
  key_0: u32,
  key_1: u32,
  block: u32,
  i: u32,
  j: u32,
  k: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
@group(0) @binding(2) var<storage, read_write> normals: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let at = (group.y * groups.x + group.x) * WORKGROUP + local;
  let per_row = (params.num + 3) / 4;
  if (at >= params.num_rows * per_row) {
    return;
  }
  let row = at / per_row;
  let block = at - row * per_row;
  let counter = vec4u(params.block + block, params.i + row, params.j, params.k);
  let key = vec2u(params.key_0, params.key_1);
  let made = philox_words(counter, key);
  let drawn = philox_normals(counter, key);
  let start = row * params.num + 4 * block;
  let count = min(4u, params.num - 4 * block);
  for (var i = 0u; i < count; i++) {
    words[start + i] = made[i];
    normals[start + i] = drawn[i];
  }
}
