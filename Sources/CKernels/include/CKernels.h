// Our own inner loops that need many SIMD lanes. Each has a literal twin in Swift that tests it.
//
// The same input gives the same bits on every processor: lanes are fixed, sums have one order, and
// products are not contracted into sums.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Lanes of a block: directions are padded to whole blocks.
#define CKERNELS_LANES 8
/// Blocks that fit the kernel's buffers.
#define CKERNELS_MOST_BLOCKS 8

enum ckernels_season { CKERNELS_NO_SEASON, CKERNELS_ADDED_SEASON, CKERNELS_MULTIPLIED_SEASON };

/// What a smoothing recursion is run with; trend_rate and damping are 0 without a trend.
struct ckernels_smoothing {
  enum ckernels_season season;
  bool relative_error;
  bool has_trend;
  double level_rate, trend_rate, season_rate, damping;
  /// Per rate (level, trend, season, damping) and lane: how the rate moves along the direction.
  const double *rate_slopes;
  /// Buckets per season; 1 without one.
  ptrdiff_t period;
  ptrdiff_t blocks;
};

/// What a pass sums up.
struct ckernels_sums {
  double squares;
  /// The product of the forecasts of relative errors: mantissa x 2^exponent.
  double mantissa;
  int64_t exponent;
};

/// Runs a smoothing recursion over a series, with the derivatives of its errors along the
/// directions of all lanes but the first, which holds the errors themselves. Without blocks only
/// the squares and the product are summed.
///
/// - values: NaN where missing; the state moves on without an error.
/// - state: level, trend, then period seasons, that of the first value first; the seasons are
///   overwritten.
/// - slopes: per member of the state and lane, its derivative; those of the seasons are
///   overwritten.
/// - gram: lanes x lanes, row by row; adds the products of lanes, lower blocks alone.
/// - logarithms: per lane; adds the derivatives of the logarithms of relative errors' forecasts.
///
/// False where a forecast of relative errors or a part that a season multiplies is not above 0.
bool ckernels_smoothing_pass(
    const struct ckernels_smoothing *form, const double *values, ptrdiff_t count, double *state,
    double *slopes, double *gram, double *logarithms, struct ckernels_sums *sums);

#endif
