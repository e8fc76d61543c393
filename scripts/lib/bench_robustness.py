"""What dirt in the history costs: M5's departments clean, and with one fault at a time.

  bench_robustness.py PROGRAM SHARED FOLDER

prints a table. The fault lies in what the forecast has seen; it is judged by what really happened
after it, on the scale of the clean history. Seeded: the same faults each time.
"""

import dataclasses
import sys

import bench_accuracy as accuracy
import bench_accuracy_data as sets
import bench_accuracy_score as score
import numpy
import pandas

METHODS = {"auto": [], "ets": ["--method", "ets"], "seasonal naive": ["--method", "naive"]}
FAIR, OFFER = "made-up fair", "made-up offer"


def main():
    program, shared, folder = sys.argv[1:]
    bench = accuracy.Bench(program, shared, folder)
    data = sets.departments(bench.shared)
    origins = data.origins[2::4]
    lines = [
        f"M5's departments, mean WRMSSE of {len(origins)} origins, judged by what really happened"
        " on the scale of the clean history:", "",
        f"| fault in the history | {' | '.join(METHODS)} |", "|---|" + "---:|" * len(METHODS)]
    for title, fault in FAULTS.items():
        figures = [error(bench, data, origins, fault, extra) for extra in METHODS.values()]
        lines.append(f"| {title} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
        print(lines[-1], file=sys.stderr)
    print("\n".join(lines))
    return 0


def error(bench, data, origins, fault, extra):
    errors = []
    for origin in origins:
        truth = data.truncated(origin)
        truth.name = "robustness"
        draws = numpy.random.default_rng(origin)
        seen, truth = fault(truth, origin, draws)
        found = bench.backtest(seen, *extra)
        errors.append(score.wrmsse(truth, found)["mean"])
    return float(numpy.mean(errors))


def seen(data, values, calendar=None):
    return dataclasses.replace(
        data, values=values, kept={}, calendar=data.calendar if calendar is None else calendar)


# Faults: what the program sees, and what is true ------------------------------------------------


def clean(data, origin, draws):
    return data, data


def cells(share, change):
    """Changes a share of all cells of the history, drawn one by one."""
    def fault(data, origin, draws):
        values = data.values.copy()
        history = values.iloc[:origin].to_numpy(copy=True)
        chosen = draws.random(history.shape) < share
        values.iloc[:origin] = change(history, chosen)
        return seen(data, values), data
    return fault


def swapped(history, chosen):
    """Each day chosen changes places with the day after it."""
    for day, series in zip(*numpy.nonzero(chosen[:-1])):
        pair = history[day, series], history[day + 1, series]
        history[day + 1, series], history[day, series] = pair
    return history


def days_lost(days):
    def fault(data, origin, draws):
        values = data.values.copy()
        values.iloc[origin - days:origin, ::2] = numpy.nan
        return seen(data, values), data
    return fault


def only_last(days):
    """What came before was never sent."""
    def fault(data, origin, draws):
        values = data.values.copy()
        values.iloc[:origin - days] = numpy.nan
        return seen(data, values), data
    return fault


def step(data, origin, draws):
    values = data.values.copy()
    values.iloc[origin - 10:] *= 0.8
    changed = seen(data, values)
    return changed, changed


def moving_fair(is_named):
    """Half as much again on a Saturday that lies up to two weeks apart from year to year."""
    def fault(data, origin, draws):
        index = pandas.to_datetime(data.values.index)
        ahead = next(place for place in range(origin + 5, origin + 20)
                     if index[place].weekday() == 5)
        days = [ahead] + [
            ahead - 364 * year + 7 * int(draws.integers(-2, 3)) for year in range(1, 6)]
        days = [day for day in days if day >= 0]
        return raised(data, days, 1.5, "event", FAIR if is_named else None)
    return fault


def offer(data, origin, draws):
    """Three days at 1.6 times as much, every ten weeks and once in the weeks ahead."""
    starts = range((origin + 8) % 70, origin + 9, 70)
    days = [start + day for start in starts for day in range(3)]
    return raised(data, days, 1.6, "promotion", OFFER)


def raised(data, days, factor, kind, name):
    values = data.values.copy()
    values.iloc[days] *= factor
    calendar = data.calendar
    if name is not None:
        named = pandas.DataFrame(
            {"day": data.values.index[days], "name": name, "kind": kind, "region": ""})
        calendar = pandas.concat([calendar, named])[calendar.columns].fillna("")
    changed = seen(data, values, calendar)
    return changed, changed


FAULTS = {
    "none": clean,
    "2 % of the days doubled": cells(
        .02, lambda history, chosen: numpy.where(chosen, 2 * history, history)),
    "2 % swapped with the next day": cells(.02, swapped),
    "5 % missing": cells(
        .05, lambda history, chosen: numpy.where(chosen, numpy.nan, history)),
    "5 % zero": cells(.05, lambda history, chosen: numpy.where(chosen, 0, history)),
    "1 % fivefold": cells(.01, lambda history, chosen: numpy.where(chosen, 5 * history, history)),
    "the last three days of every second series missing": days_lost(3),
    "the last year alone is known": only_last(365),
    "the last 8 weeks alone are known": only_last(56),
    "all sell a fifth less since ten days": step,
    "a fair on a Saturday that moves, named": moving_fair(True),
    "the same, not named": moving_fair(False),
    "promotions of three days, named": offer,
}


if __name__ == "__main__":
    sys.exit(main())
