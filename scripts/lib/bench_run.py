"""The part of scripts/bench that follows runs from the database to their publication: seconds,
processor time and memory, that of PostgreSQL included; by several workers; as series grow."""

import math
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

LAST_DAY = "2016-04-24"
WEEKS_BEFORE = ["2016-03-27", "2016-04-03", "2016-04-10", "2016-04-17"]
FORGET_RUNS = "TRUNCATE run, publication CASCADE"
# Years of history of each series as they grow in number: what is known of 400 days.
SCALED_FROM = "2015-03-22"
SIZES = [1_000, 10_000, 30_000, 100_000]
LARGE = 300_000


class Watch:
    """Peaks of memory while it is open: of processes, and of them together with PostgreSQL's.

    A page that several processes share is counted once: it is the sum of proportional set sizes.
    """

    def __init__(self, server, processes):
        self.postmaster = postmaster(server)
        self.processes = processes
        self.alone = [0.0] * len(processes)
        self.together = 0.0
        self.server = 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def run(self):
        while not self.over.wait(0.25):
            sizes = [proportional_mb(process) for process in self.processes]
            server = sum(proportional_mb(one) for one in family(self.postmaster))
            self.alone = [max(pair) for pair in zip(self.alone, sizes)]
            self.server = max(self.server, server)
            self.together = max(self.together, sum(sizes) + server)


def postmaster(server):
    folder = re.search(r"host=([^&]+)", server.url).group(1)
    for file in [f"{folder}/data/postmaster.pid", f"{folder}/disk/data/postmaster.pid"]:
        if os.path.exists(file):
            return int(open(file).readline())
    raise SystemExit("scripts/bench: PostgreSQL's processes are not to be found")


def family(process):
    """A process and its children."""
    try:
        children = open(f"/proc/{process}/task/{process}/children").read().split()
    except OSError:
        children = []
    return [process, *map(int, children)]


def proportional_mb(process):
    """Nothing for a process that is gone meanwhile."""
    try:
        for line in open(f"/proc/{process}/smaps_rollup"):
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0.0


def watched(server, command):
    """Seconds, processor seconds, and the watch of one command."""
    with tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=err)
        with Watch(server, [process.pid]) as watch:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.monotonic() - start
        err.seek(0)
        text = err.read()
        # A run that the gate refused took what it took.
        if status and "was not published" not in text:
            raise SystemExit(f"scripts/bench: {' '.join(map(str, command))}: {text}")
    return seconds, usage.ru_utime + usage.ru_stime, watch


def said(line):
    """A row of a table, told as soon as it is known: what follows takes minutes."""
    print(line, file=sys.stderr, flush=True)
    return line


def row(name, seconds, processor, watch):
    return said(f"| {name} | {seconds:.1f} | {processor:.1f} | {watch.alone[0]:,.0f} MB |"
            f" {watch.together:,.0f} MB |")


# M5's size ---------------------------------------------------------------------------------------


def load(server, rows):
    server.program("migrate")
    for kind in ["items", "locations"]:
        server.program("sync", kind, rows)
    server.program("sync", "demand", rows, "--complete-through", LAST_DAY)


def whole(server, rows, folder):
    """Rows of the table of steps, and the curve of workers."""
    load(server, rows)
    train = server.command("train", "--as-of", LAST_DAY)
    lines = [row("M5's size, the first run: 4 origins fitted at the gate",
                 *watched(server, train))]
    server.psql(FORGET_RUNS)
    quiet = folder / "quiet.json"
    quiet.write_text('{"gate": {"origins": 0}}')
    server.program("configuration", "set", quiet, "--reason", "a benchmark")
    for day in WEEKS_BEFORE:
        server.program("train", "--as-of", day)
    quiet.write_text("{}")
    server.program("configuration", "set", quiet, "--reason", "a benchmark")
    lines.append(row("the same, published each week before: none fitted there",
                     *watched(server, train)))
    lines.append(row("rollback to the run before", *watched(server, server.command(
        "rollback", "--reason", "a benchmark"))))
    lines.append(row("report of one region, 12,196 series", *watched(server, server.command(
        "report", "procurement", "--region", "CA", "--as-of", LAST_DAY))))
    return lines, [curve_row(server, count) for count in (1, 2, 4)]


def curve_row(server, count):
    """A first run again, by several processes."""
    server.psql(FORGET_RUNS)
    log = tempfile.TemporaryFile("w+")
    workers = [
        subprocess.Popen(
            [str(word) for word in server.command("serve", "--roles", "worker")],
            stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
        for _ in range(count)]
    try:
        with Watch(server, [one.pid for one in workers]) as watch:
            server.program("schedule", "run-now", "daily", "--as-of", LAST_DAY, "--force")
            holder = ended(server, log)
        seconds = float(server.psql("SELECT wall_seconds FROM run_cost ORDER BY 1 DESC LIMIT 1"))
    finally:
        processor = 0.0
        for one in workers:
            one.send_signal(signal.SIGTERM)
            _, _, usage = os.wait4(one.pid, 0)
            processor += usage.ru_utime + usage.ru_stime
    log.seek(0)
    helped = log.read().count('"shard-fitted"')
    of_holder = next(
        (size for one, size in zip(workers, watch.alone) if f"-{one.pid}-" in holder), 0)
    helpers = [size for one, size in zip(workers, watch.alone) if f"-{one.pid}-" not in holder]
    most = f"{max(helpers):,.0f} MB" if helpers else ""
    return said(
        f"| {count} | {seconds:.1f} | {processor:.1f} | {helped} | {of_holder:,.0f} MB |"
            f" {most} | {watch.together:,.0f} MB |")


def ended(server, log):
    """Waits for the request, and says who carried it out."""
    deadline = time.monotonic() + 1800
    while time.monotonic() < deadline:
        found = server.psql(
            "SELECT state, holder, failure FROM run_request ORDER BY request_id DESC LIMIT 1")
        state, holder, failure = found.split("|")
        if state == "done":
            return holder
        if state == "failed":
            raise SystemExit(f"scripts/bench: the run failed: {failure}")
        time.sleep(0.5)
    log.seek(0)
    raise SystemExit(f"scripts/bench: the run did not end: {log.read()[-2000:]}")


# Series as they grow -----------------------------------------------------------------------------


def scaled(server, rows, folder, sizes):
    """Histories of 400 days, repeated or left out; a row for each number of series."""
    lines, points = [], []
    for size in sizes:
        file = folder / "scaled.csv"
        count = write_scaled(rows, file, size)
        server.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        load(server, file)
        file.unlink()
        seconds, processor, watch = watched(
            server, server.command("train", "--as-of", LAST_DAY))
        points.append((count, seconds, processor))
        lines.append(said(
            f"| {count:,} | {seconds:.1f} | {1000 * seconds / count:.2f} | {processor:.1f} |"
            f" {watch.alone[0]:,.0f} MB | {watch.together:,.0f} MB |"))
    last = f"{points[-1][0]:,}"
    if len(points) > 2:
        lines.append(
            f"| exponent, from {points[1][0]:,} to {last} | {exponent(points[1:], 1):.2f} | |"
            f" {exponent(points[1:], 2):.2f} | | |")
    return lines


def exponent(points, place):
    """The slope of log(cost) over log(series), by least squares."""
    pairs = [(math.log(point[0]), math.log(point[place])) for point in points]
    x, y = (sum(pair[i] for pair in pairs) / len(pairs) for i in (0, 1))
    return (sum((a - x) * (b - y) for a, b in pairs) / sum((a - x) ** 2 for a, _ in pairs))


def write_scaled(rows, file, size):
    """So many series of the long file's last 400 days, and how many they are: every n-th, or all
    of them several times under other items' names."""
    available = 30_490
    copies = max(1, round(size / available))
    step = max(1, round(available / size))
    script = (
        'NR == 1 { print; next }'
        ' { series = $1 SUBSEP $2 } series != last { last = series; number++ }'
        ' number % step || $4 < first { next }'
        ' { if (!(series in seen)) { seen[series]; count++ }'
        '   print; for (n = 1; n < copies; n++) print $1 "#" n, $2, $3, $4, $5 }'
        ' END { print count * copies > "/dev/stderr" }')
    with open(file, "w") as out:
        done = subprocess.run(
            ["awk", "-F,", "-v", "OFS=,", "-v", f"copies={copies}", "-v", f"step={step}",
             "-v", f"first={SCALED_FROM}", script, rows],
            check=True, stdout=out, stderr=subprocess.PIPE, text=True)
    return int(done.stderr)


def measure(make_server, rows, folder, departments, is_large):
    """The section, without its title."""
    with make_server() as server:
        steps, curve = whole(server, rows, folder)
    with make_server() as server:
        growth = scaled(
            server, rows, pathlib.Path(folder), SIZES + ([LARGE] if is_large else []))
    return "\n".join([
        "From the database to the publication: all nodes, 8 quantiles, gate and flags. Memory is"
        " the peak of the program alone, and of it together with all of PostgreSQL's processes,"
        " pages that they share counted once (`smaps_rollup`, every 0.25 s).", "",
        "| data and step | seconds | processor seconds | program | with PostgreSQL |",
        "|---|---:|---:|---:|---:|", *departments, *steps, "",
        "The first run of M5's size again, asked for with `schedule run-now` and carried out by"
        " processes of `serve --roles worker` beside one database, all on the same"
        f" {os.cpu_count()} cores: one process fills them where it fits side by side, so more of"
        " them can win little here.", "",
        "| workers | seconds | processor seconds of all | shards fitted by helpers |"
        " who holds the run | a helper at most | all with PostgreSQL |",
        "|---:|---:|---:|---:|---:|---:|---:|", *curve, "",
        "First runs as series grow: the last 400 days of M5's size, every n-th series or all of"
        " them repeated under other items.", "",
        "| series | seconds | milliseconds a series | processor seconds | program |"
        " with PostgreSQL |", "|---:|---:|---:|---:|---:|---:|", *growth])
