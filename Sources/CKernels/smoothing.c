#include "CKernels.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

// The machine's best of three builds is chosen when the program is loaded. The sanitizers' start
// comes after that choice, which they do not survive.
#if defined(__x86_64__) && defined(__linux__) && !__has_feature(address_sanitizer) && \
    !__has_feature(thread_sanitizer)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

// Rows between two rounds of products: small enough for the first cache, together with the sums.
enum { ROWS = 64, LANES = CKERNELS_LANES, MOST = CKERNELS_MOST_BLOCKS };

typedef double lanes __attribute__((vector_size(8 * LANES), aligned(8)));


// Adds the products of rows' lanes, `beside` columns of blocks at a time: their sums stay in
// registers meanwhile.
INLINE void add_tile(
    const double *rows, ptrdiff_t count, ptrdiff_t width, ptrdiff_t beside, const double *left,
    double *target) {
  lanes sums[2][LANES];
  for (ptrdiff_t block = 0; block < beside; block++) {
    for (int lane = 0; lane < LANES; lane++) {
      sums[block][lane] = *(lanes *)(target + lane * width + block * LANES);
    }
  }
  for (ptrdiff_t row = 0; row < count; row++) {
    for (ptrdiff_t block = 0; block < beside; block++) {
      const lanes right = *(const lanes *)(rows + row * width + block * LANES);
      for (int lane = 0; lane < LANES; lane++) {
        sums[block][lane] += left[row * width + lane] * right;
      }
    }
  }
  for (ptrdiff_t block = 0; block < beside; block++) {
    for (int lane = 0; lane < LANES; lane++) {
      *(lanes *)(target + lane * width + block * LANES) = sums[block][lane];
    }
  }
}

INLINE void add_products(const double *rows, ptrdiff_t count, ptrdiff_t blocks, double *gram) {
  const ptrdiff_t width = blocks * LANES;
  for (ptrdiff_t below = 0; below < blocks; below++) {
    const double *left = rows + below * LANES;
    double *target = gram + below * LANES * width;
    ptrdiff_t beside = 0;
    for (; beside + 1 <= below; beside += 2) {
      add_tile(rows + beside * LANES, count, width, 2, left, target + beside * LANES);
    }
    if (beside == below) {
      add_tile(rows + beside * LANES, count, width, 1, left, target + beside * LANES);
    }
  }
}

// Moves the binary exponent of a positive normal number into a counter.
INLINE void normalize(struct ckernels_sums *sums) {
  uint64_t bits;
  memcpy(&bits, &sums->mantissa, sizeof bits);
  sums->exponent += (int64_t)(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFu) | ((uint64_t)1023 << 52);
  memcpy(&sums->mantissa, &bits, sizeof bits);
}

// Carries base = level + damping x trend and drift = damping x trend from bucket to bucket, and
// collects what multiplies them, so that little waits for the bucket before.
INLINE bool pass(
    enum ckernels_season season, bool relative, bool has_trend, ptrdiff_t blocks,
    const struct ckernels_smoothing *form, const double *values, ptrdiff_t count, double *state,
    double *slopes, double *gram, double *logarithms, struct ckernels_sums *sums) {
  const ptrdiff_t width = blocks * LANES;
  const double damping = form->damping, season_rate = form->season_rate;
  const double drift_rate = damping * form->trend_rate;
  const double base_rate = has_trend ? form->level_rate + drift_rate : form->level_rate;
  const double keep = 1 - base_rate;
  double rows[ROWS * MOST * LANES];
  lanes base_slope[MOST], drift_slope[MOST], log_slope[MOST];
  lanes base_direction[MOST], drift_direction[MOST], season_direction[MOST];
  lanes damping_direction[MOST];
  double drift = damping * state[1], base = has_trend ? state[0] + drift : state[0];
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const lanes *directions = (const lanes *)(form->rate_slopes + block * LANES);
    damping_direction[block] = directions[3 * blocks];
    season_direction[block] = directions[2 * blocks];
    drift_direction[block] = damping * directions[blocks];
    base_direction[block] = directions[0] + drift_direction[block];
    drift_slope[block] = damping * *(lanes *)(slopes + width + block * LANES) +
        state[1] * damping_direction[block];
    base_slope[block] = *(lanes *)(slopes + block * LANES);
    if (has_trend) base_slope[block] += drift_slope[block];
    log_slope[block] = *(lanes *)(logarithms + block * LANES);
  }
  double squares = sums->squares;
  ptrdiff_t place = 0, row = 0;
  for (ptrdiff_t index = 0; index < count; index++) {
    const double value = values[index];
    const bool known = value == value;
    const double effect = season == CKERNELS_NO_SEASON ? 0 : state[2 + place];
    double freed = value, forecast = base, share = 0, inverse_effect = 1;
    if (season == CKERNELS_ADDED_SEASON) {
      freed = value - effect;
      forecast = base + effect;
    } else if (season == CKERNELS_MULTIPLIED_SEASON) {
      if (!(base > 0 && effect > 0)) return false;
      inverse_effect = 1 / effect;
      freed = value * inverse_effect;
      share = value / base;
      forecast = base * effect;
    }
    if (relative && !(forecast > 1e-300)) return false;
    const double pull = known ? freed - base : 0;
    const double trend = drift + form->trend_rate * pull;
    const double inverse = relative ? 1 / forecast : 1;
    const double ratio = value * inverse;
    double effect_pull = 0, by_effect = -1, by_base = -1;
    if (season == CKERNELS_ADDED_SEASON) {
      effect_pull = pull;
    } else if (season == CKERNELS_MULTIPLIED_SEASON) {
      effect_pull = share - effect;
      by_effect = -freed * inverse_effect;
      by_base = -share / base;
    }
    for (ptrdiff_t block = 0; block < blocks; block++) {
      const lanes bases = base_slope[block];
      lanes drifts = has_trend ? damping * drift_slope[block] + trend * damping_direction[block]
                               : drift_slope[block];
      if (!known) {
        if (has_trend) base_slope[block] = bases + drifts;
        drift_slope[block] = drifts;
        continue;
      }
      lanes forecasts = bases;
      lanes moves = pull * base_direction[block];
      lanes drift_moves = pull * drift_direction[block];
      if (season != CKERNELS_NO_SEASON) {
        lanes *target = (lanes *)(slopes + (2 + place) * width + block * LANES);
        const lanes effects = *target;
        lanes effect_pulls;
        if (season == CKERNELS_ADDED_SEASON) {
          forecasts = bases + effects;
          effect_pulls = -forecasts;
        } else {
          forecasts = effect * bases + base * effects;
          effect_pulls = by_base * bases - effects;
        }
        const lanes freeds = by_effect * effects;
        moves += base_rate * freeds;
        if (has_trend) drift_moves += drift_rate * freeds;
        *target = effects + season_rate * effect_pulls + effect_pull * season_direction[block];
      }
      base_slope[block] = keep * bases + (has_trend ? moves + drifts : moves);
      if (has_trend) drift_slope[block] = (drifts + drift_moves) - drift_rate * bases;
      lanes errors = -forecasts;
      if (relative) {
        const lanes relatives = inverse * forecasts;
        log_slope[block] += relatives;
        errors = -ratio * relatives;
      }
      *(lanes *)(rows + row * width + block * LANES) = errors;
    }
    if (known) {
      const double error = relative ? (value - forecast) * inverse : value - forecast;
      if (season != CKERNELS_NO_SEASON) state[2 + place] = effect + season_rate * effect_pull;
      const double before = base;
      base = has_trend ? keep * before + (base_rate * freed + damping * drift)
                       : keep * before + base_rate * freed;
      if (has_trend) drift = (damping * drift + drift_rate * freed) - drift_rate * before;
      squares += error * error;
      if (relative) {
        sums->mantissa *= forecast;
        normalize(sums);
      }
      if (blocks > 0) {
        rows[row * width] = error;
        if (++row == ROWS) {
          add_products(rows, row, blocks, gram);
          row = 0;
        }
      }
    } else if (has_trend) {
      drift *= damping;
      base += drift;
    }
    if (season != CKERNELS_NO_SEASON && ++place == form->period) place = 0;
  }
  add_products(rows, row, blocks, gram);
  for (ptrdiff_t block = 0; block < blocks; block++) {
    *(lanes *)(logarithms + block * LANES) = log_slope[block];
  }
  sums->squares = squares;
  return true;
}

// Constants in place of arguments let the compiler make one loop per form and width.
#define PASS(SEASON, RELATIVE, TREND, BLOCKS)                                               \
  return pass(                                                                              \
      SEASON, RELATIVE, TREND, BLOCKS, form, values, count, state, slopes, gram, logarithms, \
      sums)
#define BY_WIDTH(SEASON, RELATIVE, TREND)                                          \
  switch (form->blocks) {                                                          \
    case 0: PASS(SEASON, RELATIVE, TREND, 0);                                      \
    case 1: PASS(SEASON, RELATIVE, TREND, 1);                                      \
    case 2: PASS(SEASON, RELATIVE, TREND, 2);                                      \
    default: PASS(SEASON, RELATIVE, TREND, form->blocks);                          \
  }
#define BY_TREND(SEASON, RELATIVE)                              \
  if (form->has_trend) {                                        \
    BY_WIDTH(SEASON, RELATIVE, true)                            \
  } else {                                                      \
    BY_WIDTH(SEASON, RELATIVE, false)                           \
  }
#define BY_ERROR(SEASON)       \
  if (form->relative_error) {  \
    BY_TREND(SEASON, true)     \
  } else {                     \
    BY_TREND(SEASON, false)    \
  }

CLONES bool ckernels_smoothing_pass(
    const struct ckernels_smoothing *form, const double *values, ptrdiff_t count, double *state,
    double *slopes, double *gram, double *logarithms, struct ckernels_sums *sums) {
  switch (form->season) {
    case CKERNELS_NO_SEASON: BY_ERROR(CKERNELS_NO_SEASON)
    case CKERNELS_ADDED_SEASON: BY_ERROR(CKERNELS_ADDED_SEASON)
    case CKERNELS_MULTIPLIED_SEASON: BY_ERROR(CKERNELS_MULTIPLIED_SEASON)
  }
  return false;
}
