"""Exponential smoothing by itself: its speed beside statsforecast's AutoETS, and its errors on M3.

Both sides run on one thread and are timed by the processor time they take, so that what else the
machine does changes little.
"""

import collections
import csv
import gzip
import itertools
import math
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / ".build/release/smoothing-bench"
HORIZON = 28
# Who sums whom: M5's levels 1-9 by the columns of its departments.
LEVELS = [(), ("state_id",), ("store_id",), ("cat_id",), ("dept_id",), ("state_id", "cat_id"),
          ("state_id", "dept_id"), ("store_id", "cat_id"), ("store_id", "dept_id")]
PUBLISHED = {"simple": "SINGLE", "damped": "DAMPEN"}
FREQUENCIES = ["YEARLY", "QUARTERLY", "MONTHLY", "OTHER"]

RIVAL = """
import os, sys, time
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np
from statsforecast.models import AutoETS
series = [line.split() for line in sys.stdin]
AutoETS(season_length=7).forecast(y=np.arange(60) % 7 + 5.0, h=3)  # compiles
seconds = time.process_time()
for period, horizon, *values in series:
    model = AutoETS(season_length=int(period))
    means = model.forecast(y=np.array(values, float), h=int(horizon))["mean"]
    print("ETS", *means)
print(time.process_time() - seconds, file=sys.stderr)
"""


# Speed ------------------------------------------------------------------------------------------


def speed(departments):
    """A table: series per second and mean RMSSE, beside statsforecast."""
    nodes = m5_nodes(departments)
    text = "".join(
        f"7 {HORIZON} {' '.join(map(repr, values[:-HORIZON]))}\n" for values in nodes)
    ours, seconds = run([PROGRAM, "automatic"], text)
    python = subprocess.run(
        ["bash", "-c", ". scripts/lib/test-tools.sh; test_python statsforecast==2.1.1"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
    theirs, rival_seconds = run([ROOT / python, "-c", RIVAL], text)
    error, rival_error = mean_rmsse(nodes, ours), mean_rmsse(nodes, theirs)
    return "\n".join([
        f"Automatic exponential smoothing: {len(nodes)} nodes of M5's departments, 1,885 days, m ="
        " 7, the fifteen forms of R's ets(), one thread each; mean RMSSE over the 28 days after.",
        "",
        "| | series/s | ratio | mean RMSSE |", "|---|---:|---:|---:|",
        f"| statsforecast 2.1.1 AutoETS | {len(nodes) / rival_seconds:,.2f} | 1 |"
        f" {rival_error:.4f} |",
        f"| `ExponentialSmoothing.automatic` | {len(nodes) / seconds:,.0f} |"
        f" {rival_seconds / seconds:,.0f} | {error:.4f} ({error / rival_error - 1:+.2%}) |"])


def m5_nodes(departments):
    days = {}
    groups = collections.defaultdict(lambda: collections.defaultdict(float))
    with gzip.open(departments, "rt") as source:
        for line in csv.DictReader(source):
            day = days.setdefault(line["date"], len(days))
            for level, keys in enumerate(LEVELS):
                groups[level, tuple(line[key] for key in keys)][day] += float(line["units"])
    return [[groups[key][day] for day in range(len(days))] for key in sorted(groups)]


def mean_rmsse(nodes, forecasts):
    errors = []
    for values, means in zip(nodes, forecasts):
        history, later = values[:-HORIZON], values[-HORIZON:]
        scale = sum((b - a) ** 2 for a, b in itertools.pairwise(history)) / (len(history) - 1)
        error = sum((y - f) ** 2 for y, f in zip(later, means)) / HORIZON
        errors.append(math.sqrt(error / scale))
    return sum(errors) / len(errors)


# M3 ---------------------------------------------------------------------------------------------


def m3(folder):
    """A table: sMAPE per frequency, beside what the competition published."""
    series = m3_series(folder)
    with open(folder / "smape_by_method.csv") as source:
        published = {line["method"]: line for line in csv.DictReader(source)}
    rows = [row("ForecastPro, published", published["ForecastPro"]),
            row("Theta, published", published["THETA"]),
            row("automatic, fifteen forms", smape("automatic", series, adjust=False))]
    for method, name in PUBLISHED.items():
        rows += [row(f"{name}, published", published[name]),
                 row(f"{method}, deseasonalised", smape(method, series, adjust=True))]
    return "\n".join([
        "M3, 3,003 series, symmetric MAPE over all forecasts. R's ets() reaches 13.07 (published),"
        " statsforecast 2.1.1 AutoETS 13.23 (yearly 16.19, quarterly 9.45, monthly 14.16, other"
        " 4.34; measured once, 100 times as long).", "",
        "| | yearly | quarterly | monthly | other | all |", "|---|---:|---:|---:|---:|---:|",
        *rows])


def m3_series(folder):
    parts = {"train": collections.defaultdict(list), "test": collections.defaultdict(list)}
    with gzip.open(folder / "series.csv.gz", "rt") as source:
        for line in csv.DictReader(source):
            parts[line["set"]][line["series_id"]].append(float(line["value"]))
    with gzip.open(folder / "meta.csv.gz", "rt") as source:
        return [(line["period"], int(line["freq"]), parts["train"][line["series_id"]],
                 parts["test"][line["series_id"]]) for line in csv.DictReader(source)]


def smape(method, series, adjust):
    indices = [seasonal_indices(history, period) if adjust and is_seasonal(history, period)
               else [1] for _, period, history, _ in series]
    text = "".join(
        f"{1 if adjust else period} {len(later)} "
        + " ".join(repr(y / index[t % len(index)]) for t, y in enumerate(history)) + "\n"
        for (_, period, history, later), index in zip(series, indices))
    forecasts, _ = run([PROGRAM, method], text)
    errors = collections.defaultdict(list)
    for (frequency, _, history, later), index, means in zip(series, indices, forecasts):
        for lead, (actual, mean) in enumerate(zip(later, means)):
            mean *= index[(len(history) + lead) % len(index)]
            error = 200 * abs(actual - mean) / (abs(actual) + abs(mean))
            errors[frequency].append(error)
            errors["ALL"].append(error)
    return {key: sum(values) / len(values) for key, values in errors.items()}


def is_seasonal(values, period):
    """Whether the season's autocorrelation is above 0 at 90 %, as the competition tested."""
    count = len(values)
    if period == 1 or count < 3 * period:
        return False
    mean = sum(values) / count
    variance = sum((y - mean) ** 2 for y in values)
    correlations = [
        sum((values[t] - mean) * (values[t - lag] - mean) for t in range(lag, count)) / variance
        for lag in range(1, period + 1)]
    limit = 1.645 * math.sqrt((1 + 2 * sum(r * r for r in correlations[:-1])) / count)
    return correlations[-1] > limit


def seasonal_indices(values, period):
    """Classical multiplicative decomposition: ratios to the centred average of a season."""
    half = period // 2
    ratios = [[] for _ in range(period)]
    for t in range(half, len(values) - half):
        inner = sum(values[t - half + 1:t + half])
        average = (inner + (values[t - half] + values[t + half]) / 2) / period
        ratios[t % period].append(values[t] / average)
    means = [sum(ratio) / len(ratio) for ratio in ratios]
    return [mean * period / sum(means) for mean in means]


# What they stand on -----------------------------------------------------------------------------


def run(command, text):
    """The forecasts of each series, and the seconds of processor time they took."""
    done = subprocess.run(
        [str(word) for word in command], input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {done.stderr}")
    forecasts = [[float(value) for value in line.split()[1:]]
                 for line in done.stdout.splitlines()]
    return forecasts, float(done.stderr.strip().splitlines()[-1])


def row(name, errors):
    cells = " | ".join(f"{float(errors[key]):.2f}" for key in [*FREQUENCIES, "ALL"])
    return f"| {name} | {cells} |"
