"""Others' forecasts of the same data sets, from the same origins: statsforecast and LightGBM.

One sensible setting each, tuned on none of them; one thread; timed by the processor time of
fitting and forecasting. What is made is kept in .build/rivals, and made anew where it is deleted.
"""

import json
import time
import warnings

import bench_accuracy_score as score
import numpy
import pandas
from bench_accuracy_data import LEVELS, ROOT

KEPT = ROOT / ".build/rivals"
TREES = {"n_estimators": 300, "learning_rate": 0.05, "num_leaves": 31, "subsample": 0.8,
         "subsample_freq": 1, "colsample_bytree": 0.8, "verbosity": -1, "num_threads": 1,
         "random_state": 0, "deterministic": True}
# Buckets back, and over how many buckets means are taken, up to the last that is known.
LAGS = {"day": ([1, 2, 3, 4, 5, 6, 7, 14, 21, 28, 364], [7, 28, 91]),
        "week": ([1, 2, 3, 4, 8, 13, 26, 51, 52, 53], [4, 13]),
        "month": ([1, 2, 3, 4, 6, 9, 12], [3, 6, 12])}


class Rival:
    """A method on a data set, on all of it or, where that would take hours, on a part.

    - forecast: of an origin, means of each node of each level.
    - is_slow: is made only where it is asked for, and kept.
    """

    def __init__(self, title, name, data, forecast, origins=None, nodes=None, is_slow=True):
        self.title, self.data, self.forecast, self.is_slow = title, data, forecast, is_slow
        self.origins, self.nodes = origins, nodes
        self.file = KEPT / f"{data.name.replace(' ', '-')}-{name}.json"

    def kept(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    @property
    def is_kept(self):
        return {str(origin) for origin in self.origins or self.data.origins} <= set(self.kept())

    def forecasts(self):
        kept = self.kept()
        origins = self.origins or self.data.origins
        for origin in origins:
            if str(origin) in kept:
                continue
            seconds = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                answer = self.forecast(origin)
            kept[str(origin)] = {
                "seconds": time.process_time() - seconds,
                "means": {level: {node: [round(max(float(mean), 0), 4) for mean in means]
                                  for node, means in nodes.items()}
                          for level, nodes in answer.items()}}
            KEPT.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(kept))
        frames = {}
        for origin in origins:
            for level, nodes in kept[str(origin)]["means"].items():
                frame = pandas.DataFrame(nodes)
                frame.index = pandas.MultiIndex.from_product(
                    [[origin], range(1, self.data.horizon + 1)], names=["origin", "lead"])
                frames.setdefault(level, []).append(frame)
        return score.Forecasts(
            {level: pandas.concat(parts) for level, parts in frames.items()},
            seconds=sum(kept[str(origin)]["seconds"] for origin in origins))


# One series at a time ---------------------------------------------------------------------------


def univariate(data, model, levels, nodes=None, closed=()):
    """A method of statsforecast, or any with forecast(y=, h=), on each node by itself."""

    def forecast(origin):
        shut = [day[5:] in closed for day in data.values.index[origin:origin + data.horizon]]
        answer = {}
        for level in levels:
            truth = data.nodes(level)
            answer[level] = {
                node: numpy.where(
                    shut, 0,
                    series_means(model, truth[node].to_numpy(float)[:origin], data.horizon))
                for node in (truth.columns if nodes is None else nodes)}
        return answer

    return forecast


def series_means(model, history, horizon):
    history = filled(history)
    if len(history) < 4 or not history.any():
        return numpy.full(horizon, history[-1] if len(history) else 0.0)
    try:
        means = model.forecast(y=history, h=horizon)["mean"]
    except Exception:  # Whatever a rival stumbles over, the last value stands in for it.
        means = numpy.full(horizon, history[-1])
    return numpy.where(numpy.isfinite(means), means, history[-1])


def filled(history):
    """From the first known value; gaps take the value before."""
    known = numpy.flatnonzero(numpy.isfinite(history))
    if len(known) == 0:
        return numpy.zeros(0)
    history = history[known[0]:]
    last = numpy.maximum.accumulate(
        numpy.where(numpy.isfinite(history), numpy.arange(len(history)), 0))
    return history[last]


class SeasonalNaive:
    def __init__(self, season):
        self.season = season

    def forecast(self, y, h):
        if len(y) < self.season:
            return {"mean": numpy.full(h, y[-1])}
        return {"mean": y[-self.season:][numpy.arange(h) % self.season]}


# LightGBM ---------------------------------------------------------------------------------------


def light_gbm(data, levels, direct, objective="l2", transforms=("scale",), closed=()):
    """All nodes of the levels in one model, with the calendar; means of a level from its nodes."""
    from lightgbm import LGBMRegressor
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import RollingMean
    from mlforecast.target_transforms import Differences, LocalStandardScaler

    lags, windows = LAGS[data.bucket]
    first = data.horizon if direct else 1
    lags = sorted({lag if lag >= first else lag + first - 1 for lag in lags})
    known = calendar_features(data)

    def forecast(origin):
        rows, fixed = observations(data, levels, origin)
        rows = rows.merge(known, on="ds")
        model = MLForecast(
            models={"trees": LGBMRegressor(objective=objective, **TREES)}, freq=1, lags=lags,
            lag_transforms={first: [RollingMean(window, min_samples=1) for window in windows]},
            target_transforms=[
                Differences([1]) if name == "difference" else LocalStandardScaler()
                for name in transforms], num_threads=1)
        model.fit(rows, static_features=list(fixed), dropna=False)
        names = rows.unique_id.unique()
        ahead = pandas.MultiIndex.from_product(
            [names, range(origin, origin + data.horizon)], names=["unique_id", "ds"]
        ).to_frame(index=False).merge(known, on="ds")
        answer = {level: {} for level in levels}
        shut = [day[5:] in closed for day in data.values.index[origin:origin + data.horizon]]
        for name, part in model.predict(data.horizon, X_df=ahead).groupby("unique_id"):
            level, node = name.split(":", 1)
            answer[level][node] = numpy.where(shut, 0, part.sort_values("ds").trees.to_numpy())
        return answer

    return forecast


def observations(data, levels, origin):
    """Rows of (node, number of the bucket, units) with what is fixed about the node."""
    parts = []
    named = data.values.columns.to_frame(index=False)
    for place, level in enumerate(levels):
        keys = LEVELS[level]
        facts = named[keys].assign(node=data.labels(level)).drop_duplicates("node")
        known = data.nodes(level).iloc[:origin].ffill()
        long = known.set_axis(range(origin)).T.stack().rename_axis(["node", "ds"])
        rows = long.rename("y").reset_index().merge(facts, on="node", how="left")
        parts.append(rows.assign(unique_id=level + ":" + rows.node.astype(str), level=place))
    rows = pandas.concat(parts, ignore_index=True)
    fixed = [name for name in ("level", "item", "location", "region", "category")
             if name in rows and rows[name].nunique() > 1]
    rows = rows.assign(**{name: rows[name].fillna("").astype("category") for name in fixed})
    return rows[["unique_id", "ds", "y", *fixed]], fixed


def calendar_features(data):
    """What is known of each bucket long before: its place in week and year, and its events."""
    days = pandas.to_datetime(pandas.Series(data.values.index))
    found = {"ds": range(len(days)), "month": days.dt.month, "year": days.dt.year}
    if data.bucket == "day":
        found |= {"weekday": days.dt.dayofweek, "day": days.dt.day}
    if data.bucket != "month":
        found |= {"week": days.dt.isocalendar().week.astype(int)}
    frame = pandas.DataFrame(found)
    if data.calendar is None:
        return frame
    return frame.join(event_features(data, days))


def event_features(data, days):
    events = data.calendar.assign(day=pandas.to_datetime(data.calendar.day))
    width = 7 if data.bucket == "week" else 1
    place = ((events.day - days.iloc[0]).dt.days + width - 1) // width
    events = events.assign(place=place)[place.between(0, len(days) - 1)]
    found = {}
    paydays = events[events.kind == "payday"]
    names = paydays.name + (paydays["region"] if "region" in paydays else "")
    for name, part in paydays.groupby(names):
        found[f"payday {name}"] = counted(part.place, len(days))
    rest = events[events.kind != "payday"]
    if data.bucket == "week":
        for name, part in rest.groupby("name"):
            counts = counted(part.place, len(days))
            for shift in (-1, 0, 1) if name in ("Thanksgiving", "Christmas", "Easter") else (0,):
                found[f"{name} {shift}"] = numpy.roll(counts, shift)
        return pandas.DataFrame(found)
    kinds = {name: number + 1 for number, name in enumerate(sorted(rest.name.unique()))}
    event = numpy.zeros(len(days), int)
    for where, name in zip(rest.place, rest.name):
        event[where] = kinds[name]
    for shift in (-2, -1, 0, 1):
        found[f"event {shift}"] = numpy.roll(event, shift)
    christmas = pandas.to_datetime(days.dt.year.astype(str) + "-12-25")
    found["to Christmas"] = numpy.clip((christmas - days).dt.days, -7, 30)
    frame = pandas.DataFrame(found)
    return frame.assign(**{
        name: frame[name].astype("category") for name in frame if name.startswith("event ")})


def counted(places, count):
    return numpy.bincount(places, minlength=count)[:count]


# Who is run on what -----------------------------------------------------------------------------


def departments(data):
    levels, closed, third = list(LEVELS), ("12-25",), data.origins[::3]
    return [
        Rival("seasonal naive", "naive", data, univariate(data, SeasonalNaive(7), levels),
              is_slow=False),
        Rival("LightGBM, recursive", "lightgbm-recursive", data,
              light_gbm(data, levels, False, closed=closed)),
        Rival("LightGBM, direct", "lightgbm-direct", data,
              light_gbm(data, levels, True, closed=closed)),
        Rival("MSTL(7, 364) + AutoETS", "mstl", data,
              univariate(data, mstl([7, 364]), levels, closed=closed), third),
        Rival("AutoETS(7)", "autoets", data,
              univariate(data, auto_ets(7), levels, closed=closed), third)]


def walmart(data):
    levels = ["item-location"]
    ninth = list(data.nodes(levels[0]).columns[::9])
    return [
        Rival("seasonal naive", "naive", data, univariate(data, SeasonalNaive(52), levels),
              is_slow=False),
        Rival("LightGBM, recursive", "lightgbm-recursive", data,
              light_gbm(data, levels, False, "l1")),
        Rival("LightGBM, direct", "lightgbm-direct", data, light_gbm(data, levels, True, "l1")),
        Rival("MSTL(52) + AutoETS", "mstl", data, univariate(data, mstl([52]), levels, ninth),
              nodes=ninth)]


def sparse_items(data):
    third = data.origins[::3]
    return [*intermittent(data, ["item-location"], tsb(0.1, 0.05), "TSB(0.1, 0.05)"),
            Rival("AutoETS(7)", "autoets", data,
                  univariate(data, auto_ets(7), ["item-location"]), third)]


def monthly_items(data):
    levels, fourth = ["item-location"], data.origins[::4]
    return [
        Rival("seasonal naive", "naive", data, univariate(data, SeasonalNaive(12), levels),
              is_slow=False),
        Rival("LightGBM (Tweedie)", "lightgbm-recursive", data,
              light_gbm(data, levels, False, "tweedie", ()), fourth)]


def carparts(data):
    return [*intermittent(data, ["item"], tsb(0.1, 0.2), "TSB(0.1, 0.2)"),
            Rival("AutoETS(12)", "autoets", data, univariate(data, auto_ets(12), ["item"]))]


def intermittent(data, levels, tsb, title):
    return [
        Rival("zero", "zero", data, univariate(data, Zero(), levels), is_slow=False),
        Rival("Croston, SBA", "sba", data, univariate(data, croston(), levels), is_slow=False),
        Rival(title, "tsb", data, univariate(data, tsb, levels), is_slow=False),
        Rival("LightGBM (Tweedie), recursive", "lightgbm-recursive", data,
              light_gbm(data, levels, False, "tweedie", ())),
        Rival("LightGBM (Tweedie), direct", "lightgbm-direct", data,
              light_gbm(data, levels, True, "tweedie", ()))]


def m3(data):
    return [
        Rival("seasonal naive", "naive", data, univariate(data, SeasonalNaive(12), ["item"]),
              is_slow=False),
        Rival("LightGBM of changes, recursive", "lightgbm-recursive", data,
              light_gbm(data, ["item"], False, "l1", ("difference", "scale"))),
        Rival("MSTL(12) + AutoETS", "mstl", data, univariate(data, mstl([12]), ["item"])),
        Rival("AutoETS(12)", "autoets", data, univariate(data, auto_ets(12), ["item"]))]


def auto_ets(season):
    from statsforecast.models import AutoETS
    return AutoETS(season_length=season)


def mstl(seasons):
    from statsforecast.models import MSTL, AutoETS
    return MSTL(season_length=seasons, trend_forecaster=AutoETS(model="ZZN"))


def croston():
    from statsforecast.models import CrostonSBA
    return CrostonSBA()


def tsb(demand, chance):
    from statsforecast.models import TSB
    return TSB(alpha_d=demand, alpha_p=chance)


class Zero:
    def forecast(self, y, h):
        return {"mean": numpy.zeros(h)}
