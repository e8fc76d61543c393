"""The data sets on which forecasts are compared: what was sold, from which origins, how far ahead.

A data set is a table of what happened (buckets x series) and the file that the program reads. Rows
before a series' first sale are left out of the file, as before its launch there is nothing.
"""

import dataclasses
import datetime
import pathlib
import subprocess
import sys

import bench_smoothing
import numpy
import pandas

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CODES = ["item", "location", "region", "category"]
LEVELS = {
    "total": [], "region": ["region"], "location": ["location"], "category": ["category"],
    "item": ["item"], "category-region": ["category", "region"],
    "item-region": ["item", "region"], "category-location": ["category", "location"],
    "item-location": ["item", "location"]}


@dataclasses.dataclass
class DataSet:
    name: str
    # Rows are buckets, columns series with the codes of CODES; NaN is before its first sale or
    # not known.
    values: pandas.DataFrame
    horizon: int
    # How many buckets are known at each, ascending and evenly spaced.
    origins: list
    season: int
    bucket: str = "day"
    calendar: pandas.DataFrame = None
    weights: pandas.Series = None
    # Whether a bucket without a row sold nothing; else nothing is known of it.
    complete: bool = False
    kept: dict = dataclasses.field(default_factory=dict)

    def labels(self, level):
        """The node that each series is part of."""
        named = self.values.columns.to_frame(index=False)
        keys = LEVELS[level]
        return (named[keys].agg("|".join, axis=1) if keys
                else pandas.Series("", named.index)).to_numpy()

    def nodes(self, level):
        """What nodes of a level sold: a column for each, NaN where no part of it is known."""
        if level not in self.kept:
            label = self.labels(level)
            known = pandas.DataFrame(
                self.values.to_numpy(), index=self.values.index, columns=label)
            self.kept[level] = known if len(set(label)) == len(label) else (
                known.T.groupby(level=0).sum(min_count=1).T)
        return self.kept[level]

    def node_weights(self, level):
        return self.weights.groupby(self.labels(level)).sum()

    def known_through(self, origin):
        """The day that names the last known bucket."""
        return self.values.index[origin - 1]

    def truncated(self, origin, values=None):
        """The same data with one origin, ending a horizon after it."""
        values = self.values if values is None else values
        return dataclasses.replace(
            self, values=values.iloc[:origin + self.horizon], origins=[origin], kept={})

    def write(self, path):
        """The file that the program reads."""
        long = self.values.T.reset_index().melt(
            id_vars=CODES, var_name="day", value_name="quantity").dropna()
        long = long.sort_values([*CODES, "day"], kind="stable")
        used = [code for code in CODES if (long[code] != "").any()]
        long[[*used, "day", "quantity"]].to_csv(path, index=False)


def without_leading_zeros(values):
    started = (values.fillna(0) > 0).cummax()
    return values.where(started)


def departments(shared):
    """M5's 70 departments, whose sums are its levels 1 to 9; weighed by revenue."""
    rows = pandas.read_csv(shared / "data/m5/store_dept_daily.csv.gz")
    rows = rows.rename(columns={
        "dept_id": "item", "store_id": "location", "state_id": "region", "cat_id": "category"})
    values = rows.pivot(index="date", columns=CODES, values="units").sort_index().astype(float)
    revenue = pandas.read_csv(shared / "data/m5/store_dept_weights.csv").set_index(
        ["dept_id", "store_id"]).usd_d1886_d1913
    named = values.columns.to_frame(index=False)
    weights = pandas.Series(
        [revenue[item, location] for item, location in zip(named["item"], named["location"])])
    return DataSet(
        "departments", values, horizon=28, origins=[1101 + 56 * number for number in range(15)],
        season=7, calendar=m5_calendar(shared), weights=weights)


def sparse_items(shared):
    """149 items of one department and store, most days without a sale."""
    rows = pandas.read_csv(shared / "data/m5/item_daily_CA_3_HOBBIES_2.csv.gz")
    values = rows.pivot(index="date", columns="item_id", values="units").sort_index()
    values.columns = pandas.MultiIndex.from_tuples(
        [(item, "CA_3", "CA", "HOBBIES_2") for item in values], names=CODES)
    return DataSet(
        "149 items", without_leading_zeros(values.astype(float)), horizon=28,
        origins=[1269 + 56 * number for number in range(12)], season=7,
        calendar=m5_calendar(shared))


def monthly_items(shared):
    """All 30,490 items x stores of M5, whole months, one month ahead from the last twelve."""
    rows = pandas.read_csv(shared / "data/m5/item_store_monthly_wide.csv.gz")
    months = sorted(column for column in rows if column[:2] == "20")[1:-1]
    values = rows[months].T.astype(float)
    values.index = [f"{month}-01" for month in months]
    values.columns = pandas.MultiIndex.from_arrays(
        [rows.item_id, rows.store_id, rows.store_id.str[:2], rows.item_id.str.rsplit(
            "_", n=1).str[0]], names=CODES)
    return DataSet(
        "monthly items", without_leading_zeros(values), horizon=1,
        origins=list(range(len(months) - 12, len(months))), season=12, bucket="month")


def walmart(shared):
    """Weekly sales in dollars of 3,331 departments of 45 stores, nine origins one after another."""
    rows = pandas.read_csv(shared / "data/walmart/train.csv.gz")
    rows = rows.assign(item=rows.Dept.astype(str), location=rows.Store.astype(str))
    values = rows.pivot(index="Date", columns=["item", "location"], values="Weekly_Sales")
    weeks = pandas.date_range(values.index[0], values.index[-1], freq="7D").strftime("%Y-%m-%d")
    values = values.reindex(weeks)
    values.columns = pandas.MultiIndex.from_tuples(
        [(item, location, "", "") for item, location in values], names=CODES)
    return DataSet(
        "Walmart", values, horizon=8, origins=list(range(71, 136, 8)), season=52, bucket="week",
        calendar=holidays(range(2010, 2014)), complete=True)


def carparts(shared):
    """Months of 2,509 spare parts, most without a sale, five origins every third month."""
    values = pandas.read_csv(
        shared / "data/carparts/carparts_wide.csv", index_col=0).dropna(axis=1)
    values.index = [f"{month}-01" for month in values.index]
    values.columns = pandas.MultiIndex.from_tuples(
        [(part, "", "", "") for part in values], names=CODES)
    return DataSet(
        "carparts", values, horizon=6, origins=[33, 36, 39, 42, 45], season=12, bucket="month")


def m3(shared):
    """M3's 1,428 monthly series, shifted so that their tests begin together."""
    series = [one for one in bench_smoothing.m3_series(shared / "data/m3") if one[0] == "MONTHLY"]
    longest, horizon = max(len(history) for _, _, history, _ in series), 18
    values = numpy.full((longest + horizon, len(series)), numpy.nan)
    for place, (_, _, history, later) in enumerate(series):
        values[longest - len(history):, place] = [*history, *later]
    months = pandas.period_range(end="1992-12", periods=longest + horizon, freq="M")
    return DataSet(
        "M3", pandas.DataFrame(
            values, index=[f"{month}-01" for month in months],
            columns=pandas.MultiIndex.from_tuples(
                [(f"N{place + 1402}", "", "", "") for place in range(len(series))], names=CODES)),
        horizon=horizon, origins=[longest], season=12, bucket="month")


def with_step(departments, origin, factor=0.8, days=10):
    """Every series sells so much of what it sold, from so many days before the origin on."""
    values = departments.values.copy()
    values.iloc[origin - days:] *= factor
    return departments.truncated(origin, values)


# Calendars --------------------------------------------------------------------------------------


def m5_calendar(shared):
    text = subprocess.run(
        [sys.executable, ROOT / "scripts/m5-to-sync", "calendar", shared / "data/m5/calendar.csv"],
        check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    names = text[0].split(",")
    return pandas.DataFrame([line.split(",") for line in text[1:]], columns=names)


def holidays(years):
    """What is known of a year in the United States long before: its holidays, paydays on the 1st
    and 15th, and the last shopping days before Christmas."""
    rows = []
    for year in years:
        days = {
            "Super Bowl": weekday(year, 2, 6, 1), "Valentine's Day": datetime.date(year, 2, 14),
            "Easter": easter(year), "Mother's Day": weekday(year, 5, 6, 2),
            "Memorial Day": weekday(year, 5, 0, -1),
            "Independence Day": datetime.date(year, 7, 4), "Labor Day": weekday(year, 9, 0, 1),
            "Halloween": datetime.date(year, 10, 31), "Thanksgiving": weekday(year, 11, 3, 4),
            "Christmas": datetime.date(year, 12, 25)}
        rows += [(str(day), name, "holiday") for name, day in days.items()]
        rows += [(f"{year}-{month:02}-{day:02}", "payday", "payday")
                 for month in range(1, 13) for day in (1, 15)]
        rows += [(f"{year}-12-{day}", "shopping days", "event") for day in range(19, 25)]
    return pandas.DataFrame(sorted(rows), columns=["day", "name", "kind"])


def weekday(year, month, day_of_week, number):
    """The n-th such day of a month (Monday is 0), or its last."""
    first = datetime.date(year, month, 1)
    day = first + datetime.timedelta((day_of_week - first.weekday()) % 7)
    if number > 0:
        return day + datetime.timedelta(7 * (number - 1))
    while (day + datetime.timedelta(7)).month == month:
        day += datetime.timedelta(7)
    return day


def easter(year):
    """Anonymous Gregorian algorithm (Meeus 1991, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday_offset = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday_offset) // 451
    month, day = divmod(h + weekday_offset - 7 * m + 114, 31)
    return datetime.date(year, month, day + 1)


def scale(history):
    """Mean squared change from one bucket to the next, per column; NaN where it is none."""
    steps = numpy.diff(history, axis=0) ** 2
    known = numpy.isfinite(steps)
    sums = numpy.where(known, steps, 0).sum(axis=0)
    with numpy.errstate(invalid="ignore", divide="ignore"):
        found = sums / known.sum(axis=0)
    return numpy.where(found > 0, found, numpy.nan)
