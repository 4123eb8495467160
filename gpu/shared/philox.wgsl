// Philox4x32-10 and the normal numbers made of its words: the same words as lib/core/random.ts, and its normals to within
// some units of f32. `normal(out, i, j, k)` there is, for the four numbers out[4b] to out[4b + 3], the counter (b, i, j, k).
// The logarithm and the circle are polynomials of its own: WGSL promises less of `log` and `cos` than they need.
// Source: Salmon, Moraes, Dror & Shaw 2011. Polynomials: minimax fits made for Basin, relative errors below 3e-8.

/// Both halves of a product of 32-bit words: low, high. WGSL has no 64-bit product, so by 16-bit halves.
fn philox_product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let other = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return vec2u(a * b, (a >> 16u) * (b >> 16u) + (middle >> 16u) + (other >> 16u));
}

/// The four words of a counter.
fn philox_words(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    let a = philox_product(0xd2511f53u, c.x);
    let b = philox_product(0xcd9e8d57u, c.z);
    c = vec4u(b.y ^ c.y ^ k.x, b.x, a.y ^ c.w ^ k.y, a.x);
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

/// The four standard normal numbers of a counter (Box-Muller).
fn philox_normals(counter: vec4u, key: vec2u) -> vec4f {
  let words = philox_words(counter, key);
  return vec4f(
    philox_radius(words.x) * philox_circle(words.y),
    philox_radius(words.z) * philox_circle(words.w),
  );
}

/// sqrt(-2 log u) of u = (word + 1/2) / 2^32. The logarithm is taken of the nearer of u and 1 - u, so it is exact near
/// both ends.
fn philox_radius(word: u32) -> f32 {
  let upper = word >= 0x80000000u;
  // t = min(u, 1 - u), exact but for the rounding of a 31-bit number.
  let t = (f32(select(word, ~word, upper)) + 0.5) * 2.3283064365386963e-10;
  // u = 2^e (1 + s) with 1 + s between sqrt(1/2) and sqrt(2).
  let bits = bitcast<i32>(t);
  var e = (bits - 0x3f3504f3) >> 23u;
  var s = bitcast<f32>(bits - (e << 23u)) - 1.0;
  if (upper) {
    e = select(0, -1, t > 0.29289322);
    s = select(-t, 1.0 - (t + t), t > 0.29289322);
  }
  var p = 0.08722349256277084;
  p = p * s - 0.14366839826107025;
  p = p * s + 0.14952267706394196;
  p = p * s - 0.16562393307685852;
  p = p * s + 0.19956833124160767;
  p = p * s - 0.25002074241638184;
  p = p * s + 0.3333418667316437;
  p = p * s - 0.49999988079071045;
  p = p * s + 1.0;
  return sqrt(-2.0 * (f32(e) * 0.6931471805599453 + s * p));
}

/// Cosine and sine of 2 pi (word + 1/2) / 2^32. Quarters of the circle are taken off as whole numbers, so nothing cancels.
fn philox_circle(word: u32) -> vec2f {
  let quarter = (word + 0x20000000u) >> 30u;
  let x = (f32(bitcast<i32>(word - (quarter << 30u))) + 0.5) * 1.4629180792671596e-9;
  let z = x * x;
  let sine = x + x * (z * ((-0.00019504022202454507 * z + 0.008332036435604095) * z - 0.16666650772094727));
  let cosine = ((-0.0013585909036919475 * z + 0.041655026376247406) * z - 0.4999985694885254) * z + 1.0;
  let turned = select(vec2f(cosine, sine), vec2f(-sine, cosine), (quarter & 1u) == 1u);
  return select(turned, -turned, quarter >= 2u);
}
