"""Accuracy on real data, ours and others', from the same origins and by the same scorer.

  bench_accuracy.py PROGRAM SHARED FOLDER [rivals]

prints the section of docs/benchmarks.md; with rivals, makes what takes long and is not kept.
"""

import dataclasses
import os
import pathlib
import subprocess
import sys
import tempfile

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import bench_accuracy_data as sets  # noqa: E402
import bench_accuracy_rivals as rivals  # noqa: E402
import bench_accuracy_score as score  # noqa: E402
import bench_accuracy_tables as tables  # noqa: E402
import numpy  # noqa: E402
import pandas  # noqa: E402

# Coverage of single origins scatters: that of the worst tenth is taken from 78 of them.
MANY_ORIGINS = [1115 + 10 * number for number in range(78)]


class Bench:
    def __init__(self, program, shared, folder):
        self.program = program
        self.shared, self.folder = pathlib.Path(shared), pathlib.Path(folder)

    def backtest(self, data, *extra, calendar=True):
        """Our forecasts of a data set, with the processor seconds of all of it."""
        stem = self.folder / f"{data.name.replace(' ', '-')}-{data.origins[-1]}"
        demand, output = f"{stem}.csv", f"{stem}-forecasts.csv"
        end = data.origins[-1] + data.horizon
        dataclasses.replace(data, values=data.values.iloc[:end], kept={}).write(demand)
        steps = {b - a for a, b in zip(data.origins, data.origins[1:])} or {1}
        command = [
            self.program, "backtest", demand, "--bucket", data.bucket, "--horizon", data.horizon,
            "--origins", len(data.origins), "--step", steps.pop(), "--output", output, *extra]
        if data.complete:
            command.append("--complete")
        if data.calendar is not None and calendar:
            data.calendar.to_csv(f"{stem}-calendar.csv", index=False)
            command += ["--calendar", f"{stem}-calendar.csv"]
        seconds, text = timed(command)
        found = score.read(output, data)
        found.seconds, found.output = seconds, text
        return found


def timed(command, text=None):
    """Processor seconds of a program, and what it wrote."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=out, stderr=errors,
            text=True)
        process.stdin.write(text or "")
        process.stdin.close()
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        errors.seek(0)
        if status:
            raise SystemExit(f"{command[0]} {command[1]} failed: {errors.read()}")
        return usage.ru_utime + usage.ru_stime, out.read()


# Data set by data set ---------------------------------------------------------------------------


def departments(bench, goals):
    data = sets.departments(bench.shared)
    plain = bench.backtest(data)
    errors = score.wrmsse(data, plain)
    many = dataclasses.replace(data, name="departments often", origins=MANY_ORIGINS)
    often = bench.backtest(many)
    covered = {level: score.coverage(data, plain, level) for level in sets.LEVELS}
    totals = {level: score.coverage_of_sums(many, often, level) for level in sets.LEVELS}
    worst = score.worst_tenth(score.coverage(many, often, "total"))
    goals.add("M5's departments, levels 1-9: mean WRMSSE", errors["mean"], (None, .452),
              (None, .430))
    goals.add("the same: 95 % interval per day, by level",
              [float(found.mean()) for found in covered.values()], (.93, .97), (.94, .96))
    goals.add("the same: worst tenth of 78 origins, the grand total", worst, (.81, None),
              (.84, None))
    goals.add("the same: 95 % interval of 28-day sums, by level, 78 origins",
              [float(found.mean()) for found in totals.values()], (.92, .98), (.94, .97))
    lines = ["| level | WRMSSE | 95 % interval per day | the same, 78 origins |"
             " worst tenth of 78 | 28-day sums, 78 origins |", "|---|---:|---:|---:|---:|---:|"]
    for level in sets.LEVELS:
        per_day = score.coverage(many, often, level)
        lines.append(
            f"| {level} | {errors[level]:.4f} | {covered[level].mean():.3f} |"
            f" {per_day.mean():.3f} | {score.worst_tenth(per_day):.3f} |"
            f" {totals[level].mean():.3f} |")
    lines.append(f"| mean | {errors['mean']:.4f} | | | | |")
    step(bench, data, goals)
    return data, plain, ["M5's departments, 28 days, 15 origins every 56 days (78 every 10 days for"
                         " coverage), weighed by revenue, with the retailer's calendar:", "",
                         *lines]


def step(bench, data, goals):
    """All series sell a fifth less from ten days before each of eight origins on."""
    errors, inside = [], []
    for origin in data.origins[::2]:
        changed = sets.with_step(data, origin)
        changed.name = "step"
        found = bench.backtest(changed)
        errors.append(score.wrmsse(changed, found)["mean"])
        inside.append(score.coverage(changed, found, "total").mean())
    goals.add("all of them 20 % lower for 10 days, 8 origins: WRMSSE", numpy.mean(errors),
              (None, .43), (None, .39))
    goals.add("the same: 95 % interval of the total", numpy.mean(inside), (.90, None),
              (.93, None))


def reconciliation(bench, *named):
    """What making sums and series agree gains, level by level, on data sets with few series."""
    lines = ["| data | level | bottom-up | wls | mint |", "|---|---|---:|---:|---:|"]
    for title, data, error in named:
        found = {
            how: error(bench.backtest(data, "--reconcile", how))
            for how in ("bottom-up", "wls", "mint")}
        for level, figure in found["bottom-up"].items():
            gains = [
                f"{found[how][level]:.4f} ({found[how][level] / figure - 1:+.1%})"
                for how in ("wls", "mint")]
            lines.append(f"| {title} | {level} | {figure:.4f} | {' | '.join(gains)} |")
    return lines


def walmart(bench, goals):
    data = sets.walmart(bench.shared)
    plain = bench.backtest(data)
    many = dataclasses.replace(data, name="Walmart often", origins=list(range(71, 136, 2)))
    often = bench.backtest(many)
    goals.add("Walmart, weeks: WMAE", walmart_error(bench, data, plain), (None, 1312),
              (None, 1270), digits=1)
    goals.add("the same: 95 % interval per week, by level",
              [float(score.coverage(data, plain, level).mean()) for level in plain.means],
              (.93, .97), (.94, .96))
    goals.add("the same: 95 % interval of 8-week sums, by level, 33 origins",
              [float(score.coverage_of_sums(many, often, level).mean())
               for level in plain.means], (.92, .98), (.94, .97))
    return data, plain


def walmart_error(bench, data, found, origins=None, nodes=None):
    rows = pandas.read_csv(bench.shared / "data/walmart/train.csv.gz")
    weeks = set(rows[rows.IsHoliday].Date)
    return float(score.wmae(data, found, weeks, origins, nodes).mean())


def monthly_items(bench, goals):
    data = sets.monthly_items(bench.shared)
    plain = bench.backtest(data)
    for level, must, reach in [("item-location", .705, .69), ("item", .615, .60)]:
        goals.add(f"30,490 items x stores, months, 12 origins: RMSSE of {level}",
                  score.rmsse(data, plain, level).mean(), (None, must), (None, reach))
    return data, plain


def sparse_items(bench, goals):
    data = sets.sparse_items(bench.shared)
    plain = bench.backtest(data)
    goals.add("149 sparse items, 28 days: RMSSE",
              score.rmsse(data, plain, "item-location").mean(), (None, .737), (None, .72))
    goals.add("the same: mean pinball loss, in mean absolute changes of history",
              score.pinball(data, plain, "item-location"), (None, .73), (None, .71))
    return data, plain


def carparts(bench, goals):
    data = sets.carparts(bench.shared)
    plain = bench.backtest(data)
    goals.add("car parts, 6 months: RMSSE", score.rmsse(data, plain, "item").mean(),
              (None, .665), (None, .65))
    return data, plain


def m3(bench, goals):
    data = sets.m3(bench.shared)
    plain = bench.backtest(data)
    goals.add("M3, 1,428 monthly series: sMAPE", score.smape(data, plain), (None, 13.7),
              (None, 13.4), digits=2)
    return data, plain


def combined(bench, *named):
    """What `--method combined` gains, data set by data set, with what it costs."""
    lines = ["| data | error | as it is | combined | processor time of both |",
             "|---|---|---:|---:|---:|"]
    for data, plain, measure, error, digits in named:
        mixed = bench.backtest(data, "--method", "combined")
        before, after = error(plain), error(mixed)
        lines.append(
            f"| {data.name} | {measure} | {before:,.{digits}f} |"
            f" {after:,.{digits}f} ({after / before - 1:+.1%}) |"
            f" {plain.seconds:,.1f} s, {mixed.seconds:,.1f} s |")
    return lines


# The section -------------------------------------------------------------------------------------


def section(bench, is_full):
    goals = tables.Goals()
    m5, plain, of_m5 = departments(bench, goals)
    weeks, of_weeks = walmart(bench, goals)
    months, of_months = monthly_items(bench, goals)
    items, of_items = sparse_items(bench, goals)
    parts, of_parts = carparts(bench, goals)
    years, of_years = m3(bench, goals)
    others = [(weeks, of_weeks), (months, of_months), (items, of_items), (parts, of_parts)]
    by_class = tables.classes([(m5, plain), *others], goals)

    def weighed(found, origins, nodes):
        return score.wrmsse(m5, found, origins)["mean"]

    def unweighed(data, level):
        return lambda found, origins, nodes: score.rmsse(
            data, found, level, origins=origins, nodes=nodes).mean()

    return "\n".join([
        "Every forecast of ours below is made by the program with its defaults, and scored with the"
        " others' by one scorer; definitions are at the end.", "", *goals.table(), "", *of_m5, "",
        "The other data sets, series and nodes weighing alike:", "", *tables.levels(others), "",
        "Bias and coverage of series by demand class (ADI 1.32, CV² 0.49, from the history"
        " before each origin):", "", *by_class, "",
        "What reconciliation gains over the plain sum of series, by level: WRMSSE of M5's"
        " departments, RMSSE of Walmart's weeks, nodes weighing alike:", "",
        *reconciliation(
            bench, ("M5", m5, lambda found: score.wrmsse(m5, found)),
            ("Walmart", weeks, lambda found: {
                level: score.rmsse(weeks, found, level).mean() for level in found.means})), "",
        "What `--method combined` makes of it:", "",
        *combined(
            bench, (m5, plain, "WRMSSE", lambda found: score.wrmsse(m5, found)["mean"], 4),
            (weeks, of_weeks, "WMAE", lambda found: walmart_error(bench, weeks, found), 1),
            (items, of_items, "RMSSE", lambda found: score.rmsse(
                items, found, "item-location").mean(), 4),
            (years, of_years, "sMAPE", lambda found: score.smape(years, found), 2)), "",
        "M5's departments, WRMSSE, mean of levels and origins. Rivals are fitted to all 154 nodes,"
        " level by level, and know that shops are closed on 25 December:", "",
        *tables.comparison((m5, plain), rivals.departments(m5), weighed, 4, is_full), "",
        "Walmart, WMAE in dollars:", "",
        *tables.comparison(
            (weeks, of_weeks), rivals.walmart(weeks), lambda found, origins, nodes: walmart_error(
                bench, weeks, found, origins, nodes), 0, is_full), "",
        "30,490 items x stores, months, RMSSE:", "",
        *tables.comparison(
            (months, of_months), rivals.monthly_items(months),
            unweighed(months, "item-location"), 4, is_full), "",
        "149 sparse items of one department, days, RMSSE:", "",
        *tables.comparison(
            (items, of_items), rivals.sparse_items(items),
            unweighed(items, "item-location"), 4, is_full), "",
        "Car parts, months, RMSSE:", "",
        *tables.comparison(
            (parts, of_parts), rivals.carparts(parts), unweighed(parts, "item"), 4, is_full), "",
        "M3, 1,428 monthly series, sMAPE; the published scores stand below:", "",
        *tables.comparison(
            (years, of_years), rivals.m3(years), lambda found, origins, nodes: score.smape(
                years, found, origins, nodes), 2, is_full), "", DEFINITIONS])


DEFINITIONS = """\
RMSSE is the root of the mean squared error over a series' horizon divided by the mean squared
change from one bucket to the next before the origin, from the first sale on; without weights, the
mean over series, then over origins. Levels of M5 weigh by revenue of the last 28 days, and count
alike. WMAE weighs weeks of a holiday five times, as the competition did, over all series that
sold in that week; a series without history is forecast as 0. Car parts: 2,509 series without a
missing month, origins after 33, 36, 39, 42 and 45 of 51 months. Sparse items: 12 origins every 56
days. Months of items: the last twelve whole months, each from the month before; the first and
last month, which the data covers in part, are left out. The worst tenth is the mean of the lowest
tenth of origins. The standard error of a bias is that of series and origins both drawn again 400
times; a class is told at each origin, from what came before. The step is put into the data of
every second of the 15 origins, history and what came after alike. Pinball loss is the mean over
seven quantiles (0.05 to 0.95), days and items, in units of each item's mean absolute change from
day to day since the data begin. Coverage is that of the quantiles 0.025 and 0.975; of sums, of
those of 1,000 sample paths. A week without a row at Walmart sold nothing; its calendar has the
holidays of the United States by rule, paydays on the 1st and 15th and the shopping days before
Christmas. Rivals have one setting each, tuned on no data set: LightGBM through mlforecast with 300
trees, lags and means of lags, calendar and codes, recursive, or direct with lags no shorter than
the horizon."""


def main():
    program, shared, folder = sys.argv[1:4]
    print(section(Bench(program, shared, folder), is_full=sys.argv[4:] == ["rivals"]))


if __name__ == "__main__":
    main()
