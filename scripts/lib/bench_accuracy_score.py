"""One scorer for all forecasts, whoever made them.

Forecasts are tables per level: rows (origin, lead), columns nodes, cells units. RMSSE is that of
one node and origin; a level's is the mean over its nodes (weighed or not), then over the origins.
"""

import dataclasses
import warnings

import numpy
import pandas
from bench_accuracy_data import LEVELS, scale

@dataclasses.dataclass
class Forecasts:
    # level -> means; (level, probability) -> quantiles; (level, probability) -> of the sums.
    means: dict
    quantiles: dict = dataclasses.field(default_factory=dict)
    sums: dict = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    output: str = ""

    @property
    def probabilities(self):
        return sorted({probability for _, probability in self.quantiles})


def read(path, data):
    """The file that `backtest --output` writes."""
    rows = pandas.read_csv(
        path, dtype={code: str for code in ("item", "location", "region", "category", "lead")},
        keep_default_na=False, na_values={"actual": ""})
    days = {data.known_through(origin): origin for origin in data.origins}
    rows["origin"] = rows.origin.map(days)
    quantiles = [name for name in rows if name[0] == "q" and name[1:2].isdigit()]
    found = Forecasts({})
    for level, part in rows.groupby("level"):
        keys = LEVELS[level]
        part = part.assign(node=part[keys].agg("|".join, axis=1) if keys else "")
        single = part[~part.lead.str.contains("-")]
        single = single.assign(lead=single.lead.astype(int))
        whole = part[part.lead.str.contains("-")]
        found.means[level] = single.pivot(
            index=["origin", "lead"], columns="node", values="mean")
        for name in quantiles:
            place = level, float(name[1:])
            found.quantiles[place] = single.pivot(
                index=["origin", "lead"], columns="node", values=name)
            if len(whole):
                found.sums[place] = whole.pivot(index="origin", columns="node", values=name)
    return found


def bottom_up(data, series):
    """Forecasts of all levels from those of the series."""
    own = data.labels("item-location")
    found = {}
    for level in LEVELS:
        node_of = dict(zip(own, data.labels(level)))
        found[level] = series.T.groupby([node_of[name] for name in series]).sum().T
    return Forecasts(found)


# Errors of means --------------------------------------------------------------------------------


def each(data, forecasts, level, origins=None, nodes=None):
    """Per origin: history, what happened, and what was forecast, of the same nodes."""
    truth = data.nodes(level)
    means = forecasts.means[level]
    for origin in origins or data.origins:
        if origin not in means.index.get_level_values(0):
            continue
        predicted = means.loc[origin].reindex(columns=nodes if nodes is not None else truth.columns)
        matrix = truth[predicted.columns].to_numpy(dtype=float)
        yield (origin, matrix[:origin], matrix[origin:origin + data.horizon],
               predicted.to_numpy(dtype=float), predicted.columns)


def rmsse(data, forecasts, level, weights=None, origins=None, nodes=None):
    """The mean over nodes, one figure per origin."""
    found = {}
    for origin, history, actual, predicted, names in each(data, forecasts, level, origins, nodes):
        with numpy.errstate(invalid="ignore"):
            errors = numpy.sqrt(
                numpy.mean((actual - numpy.nan_to_num(predicted)) ** 2, axis=0) / scale(history))
        known = numpy.isfinite(errors)
        share = weights[names].to_numpy() if weights is not None else numpy.ones(len(names))
        found[origin] = (errors * share)[known].sum() / share[known].sum()
    return pandas.Series(found)


def wrmsse(data, forecasts, origins=None):
    """Mean over the origins, per level and of the levels."""
    found = {
        level: rmsse(data, forecasts, level, data.node_weights(level), origins).mean()
        for level in LEVELS if level in forecasts.means}
    return {**found, "mean": float(numpy.mean(list(found.values())))}


def wape_and_bias(data, forecasts, level, origins=None, nodes=None):
    absolute = signed = sold = 0.0
    for _, _, actual, predicted, _ in each(data, forecasts, level, origins, nodes):
        error = numpy.where(numpy.isfinite(actual), numpy.nan_to_num(predicted) - actual, 0)
        absolute, signed = absolute + abs(error).sum(), signed + error.sum()
        sold += numpy.nansum(actual)
    return absolute / sold, signed / sold


def wmae(data, forecasts, holiday_weeks, origins=None, nodes=None):
    """Walmart's own measure: absolute error in dollars, weeks of a holiday five times."""
    found = {}
    for origin, _, actual, predicted, _ in each(data, forecasts, "item-location", origins, nodes):
        weeks = data.values.index[origin:origin + data.horizon]
        weight = numpy.where([week in holiday_weeks for week in weeks], 5.0, 1.0)[:, None]
        weight = weight * numpy.isfinite(actual)
        error = numpy.abs(numpy.nan_to_num(actual) - numpy.nan_to_num(predicted))
        found[origin] = (weight * error).sum() / weight.sum()
    return pandas.Series(found)


def smape(data, forecasts, origins=None, nodes=None):
    """In percent, as M3 did, over all nodes and leads."""
    found = []
    for _, _, actual, predicted, _ in each(data, forecasts, "item", origins, nodes):
        found.append(200 * abs(actual - predicted) / (abs(actual) + abs(predicted)))
    return float(numpy.concatenate(found).mean())


# Demand classes ---------------------------------------------------------------------------------


CLASSES = ["smooth", "erratic", "intermittent", "lumpy"]


def demand_classes(history):
    """Per column, by Syntetos, Boylan and Croston (2005): the mean interval between buckets with a
    sale, and the squared coefficient of variation of what was sold in them."""
    sold = numpy.where(history > 0, history, numpy.nan)
    count = numpy.isfinite(sold).sum(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        interval = numpy.isfinite(history).sum(axis=0) / count
        variation = numpy.nanvar(sold, axis=0) / numpy.nanmean(sold, axis=0) ** 2
    name = numpy.where(
        interval < 1.32, numpy.where(variation < 0.49, "smooth", "erratic"),
        numpy.where(variation < 0.49, "intermittent", "lumpy"))
    return numpy.where(count > 0, name, "")


def by_class(data, forecasts):
    """Per class of series, judged at each origin: how many, units sold, bias of their sum with its
    standard error, mean RMSSE, and the share of buckets inside the outermost quantiles."""
    level = "item-location" if "item-location" in forecasts.means else "item"
    low, high = outermost(forecasts, level)
    sums = {name: numpy.zeros(5) for name in CLASSES}
    cells = {name: [] for name in CLASSES}
    for origin, history, actual, predicted, names in each(data, forecasts, level):
        classes = demand_classes(history)
        known = numpy.isfinite(actual).all(axis=0)
        guess = numpy.nan_to_num(predicted)
        with numpy.errstate(invalid="ignore"):
            inside = (low.loc[origin].reindex(columns=names).to_numpy() <= actual) & (
                actual <= high.loc[origin].reindex(columns=names).to_numpy())
            errors = numpy.sqrt(numpy.mean((guess - actual) ** 2, axis=0) / scale(history))
        for name in CLASSES:
            own = (classes == name) & known
            scaled = errors[own][numpy.isfinite(errors[own])]
            sums[name] += [own.sum(), scaled.sum(), len(scaled), inside[:, own].sum(),
                           actual[:, own].size]
            cells[name].append((numpy.where(own, (guess - actual).sum(axis=0), 0),
                                numpy.where(own, actual.sum(axis=0), 0)))
    found = []
    for name, (count, errors, scaled, inside, buckets) in sums.items():
        signed, sold = (numpy.array(part) for part in zip(*cells[name]))
        if count and sold.sum():
            found.append({
                "class": name, "series": count / len(data.origins), "sold": sold.sum(),
                "bias": signed.sum() / sold.sum(), "bias_error": bias_error(signed, sold),
                "rmsse": errors / scaled, "coverage": inside / buckets})
    return found


def bias_error(signed, sold, draws=400):
    """The standard error of a bias, of series and origins both drawn again with replacement (Owen
    2007, Annals of Applied Statistics 1, 386-411): origins share what happened to all series.

    - signed, sold: origins x series, 0 where a series is of another class.
    """
    random = numpy.random.default_rng(1)
    taken = sold.any(axis=0) | signed.any(axis=0)
    signed, sold = signed[:, taken], sold[:, taken]
    origins, series = sold.shape
    found = []
    for _ in range(draws):
        of_series = numpy.bincount(random.integers(0, series, series), minlength=series)
        of_origins = numpy.bincount(random.integers(0, origins, origins), minlength=origins)
        units = of_origins @ sold @ of_series
        if units > 0:
            found.append(of_origins @ signed @ of_series / units)
    return float(numpy.std(found))


# Quantiles --------------------------------------------------------------------------------------


def outermost(forecasts, level):
    probabilities = [p for found, p in forecasts.quantiles if found == level]
    if not probabilities:
        return None
    return (forecasts.quantiles[level, min(probabilities)],
            forecasts.quantiles[level, max(probabilities)])


def coverage(data, forecasts, level, origins=None):
    """The share of buckets between the quantiles 0.025 and 0.975, one figure per origin."""
    low, high = forecasts.quantiles[level, 0.025], forecasts.quantiles[level, 0.975]
    found = {}
    for origin, _, actual, _, names in each(data, forecasts, level, origins):
        known = numpy.isfinite(actual)
        with numpy.errstate(invalid="ignore"):
            inside = (actual >= low.loc[origin].reindex(columns=names).to_numpy()) & (
                actual <= high.loc[origin].reindex(columns=names).to_numpy())
        found[origin] = inside[known].mean()
    return pandas.Series(found)


def coverage_of_sums(data, forecasts, level, origins=None):
    """The share of sums of all buckets between the quantiles 0.025 and 0.975 of sample paths."""
    low, high = forecasts.sums[level, 0.025], forecasts.sums[level, 0.975]
    found = {}
    for origin, _, actual, _, names in each(data, forecasts, level, origins):
        total = actual.sum(axis=0)
        known = numpy.isfinite(total)
        inside = (total >= low.loc[origin].reindex(names).to_numpy()) & (
            total <= high.loc[origin].reindex(names).to_numpy())
        found[origin] = inside[known].mean()
    return pandas.Series(found)


def worst_tenth(figures):
    """The mean of the lowest tenth, the last one counted in part."""
    ordered, left, total = sorted(figures), len(figures) / 10, 0.0
    share = left
    for figure in ordered:
        part = min(1.0, left)
        total, left = total + part * figure, left - part
        if left <= 0:
            break
    return total / share


def pinball(data, forecasts, level):
    """Mean pinball loss of the quantiles 0.05 to 0.95, in mean absolute changes of a node's
    history, buckets before its first sale counted as zeros."""
    probabilities = [one for one in forecasts.probabilities if 0.05 <= one <= 0.95]
    found = []
    for origin, history, actual, _, names in each(data, forecasts, level):
        losses = 0
        for probability in probabilities:
            above = actual - forecasts.quantiles[level, probability].loc[origin].reindex(
                columns=names).to_numpy()
            losses = losses + numpy.maximum(probability * above, (probability - 1) * above)
        steps = numpy.abs(numpy.diff(numpy.nan_to_num(history), axis=0)).mean(axis=0)
        steps = numpy.where(steps > 0, steps, numpy.nan) * len(probabilities)
        found.append(numpy.nanmean(losses.mean(axis=0) / steps))
    return float(numpy.mean(found))
