// What kernels and host agree on about one update of one model: a row of numbers, its kinds, and codes of constraints.
// Leaves out where the numbers come from (optimiser.ts, constraints.ts).

/** Numbers of a row; the last four come back. */
export const updateRowLength = 20;

/** What stands where in a row. `inverseRoot` is 1 / √(bias of the second moment); for SGD, `beta1` is the momentum. */
export const UpdatePart = {
  kind: 0,
  rate: 1,
  inverseRoot: 2,
  epsilon: 3,
  beta1: 4,
  /** 1 − β₁, made in double precision. */
  rest1: 5,
  beta2: 6,
  /** 1 − β₂. */
  rest2: 7,
  weightDecay: 8,
  /** Largest norm of all gradients together; 0 for any. */
  clipNorm: 9,
  /** Largest size of a gradient's entry; 0 for any. */
  clipValue: 10,
  l1: 11,
  l2Norm: 12,
  l2Squared: 13,
  /** Told: value of the penalties before the update, frozen tensors included. */
  penalty: 16,
  /** Told: norm of the trained gradients, penalties included, before clipping. */
  gradientNorm: 17,
  /** Told: what the gradients were multiplied with. */
  clipFactor: 18,
} as const;

/** What an update does; `none` leaves everything as it is. */
export const UpdateKind = { none: 0, adam: 1, amsgrad: 2, sgd: 3, nesterov: 4 } as const;

/** What a constraint says of a parameter: where it must be after each update. */
export const Constraint = {
  free: 0,
  /** Numbers below zero become zero. */
  notNegative: 1,
  /** Numbers above zero become zero. */
  notPositive: -1,
  /** Takes the absolute value. */
  reflectPositive: 2,
  /** Takes the negated absolute value. */
  reflectNegative: -2,
  /** Zero: there is no such connection, and its gradient counts as zero. */
  absent: 3,
  /** Set to zero; its gradient goes into the norm and the moments as that of any other. */
  zeroed: 4,
} as const;
