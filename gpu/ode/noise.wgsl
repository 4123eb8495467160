// Process noise: unit u of trial r gets, after step s, number u mod 4 of the counter (u div 4, r, s, 0), as
// `randomStream(…).normal(out, r, s)` of lib/core/random.ts has it. Nothing of it depends on the batch.

#import "shared/philox"

/// The first four units of a trial.
fn process_noise(key: vec2<u32>, trial: u32, step: u32, block: u32) -> vec4<f32> {
  return philox_normals(vec4<u32>(block, trial, step, 0u), key);
}

/// An even unit and the next one.
fn process_noise_pair(key: vec2<u32>, trial: u32, step: u32, unit: u32) -> vec2<f32> {
  let words = philox_words(vec4<u32>(unit / 4u, trial, step, 0u), key);
  let pair = select(words.xy, words.zw, (unit & 2u) != 0u);
  return philox_radius(pair.x) * philox_circle(pair.y);
}
