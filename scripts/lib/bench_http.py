"""The part of scripts/bench that measures the running service over HTTP."""

import concurrent.futures
import datetime
import http.client
import json
import os
import pathlib
import re
import statistics
import subprocess
import threading
import time
import urllib.parse

CLIENTS = 4
BATCH_ROWS = 5_000
# Of each client and shape: enough for a p99 of a few hundred batches, in half a minute.
BATCHES = int(os.environ.get("QUARTERMASTER_BENCH_BATCHES", "50"))
REPORT_SECONDS = int(os.environ.get("QUARTERMASTER_BENCH_SECONDS", "20"))
REPORT_RATE = 100
REPORT_ITEMS = 1_000
FIRST_DAY = datetime.date(2024, 1, 1)


class Service:
    """`quartermaster serve` on a database, ended by SIGTERM."""

    def __init__(self, command):
        self.command = [str(word) for word in [*command[:1], "serve", "--listen", "127.0.0.1:0",
                                               *command[1:]]]

    def __enter__(self):
        start = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.ready_seconds = time.monotonic() - start
        if "http://" not in line:
            raise SystemExit("scripts/bench: the service did not start")
        self.address = urllib.parse.urlsplit(line.split()[-1]).netloc
        return self

    def __exit__(self, *_):
        self.process.terminate()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.megabytes = usage.ru_maxrss / 1024

    def connection(self):
        return http.client.HTTPConnection(self.address, timeout=120)


def measure(server, folder):
    """Everything, as one section of docs/benchmarks.md."""
    return "\n\n".join([ingestion(server, folder), report(server, folder)])


def key(server, *words):
    output = subprocess.run(
        [str(word) for word in server.command("keys", "create", *words)], check=True,
        capture_output=True, text=True).stdout
    return re.search(r"qm_\S+", output).group(0)


# Ingestion --------------------------------------------------------------------------------------


def months(client, number):
    """A month of 165 series of one location."""
    items = range(165 * (number // 12), 165 * (number // 12) + 165)
    month = number % 12 + 1
    first = datetime.date(2024, month, 1)
    days = (datetime.date(2024 + month // 12, month % 12 + 1, 1) - first).days
    return [(f"m-{item:05}", f"months-{client}", first + datetime.timedelta(day),
             (item * 7 + day * 3) % 11)
            for item in items for day in range(days)][:BATCH_ROWS]


def one_day(client, number):
    """A day of 5,000 series of one location."""
    day = FIRST_DAY + datetime.timedelta(number)
    return [(f"d-{item:05}", f"days-{client}", day, (item + number) % 11)
            for item in range(BATCH_ROWS)]


def ingestion(server, folder):
    server.program("migrate")
    shapes = [("whole months of few series", months, "months", "m"),
              ("one day of many series", one_day, "days", "d")]
    facts(server, folder, shapes)
    keys = [key(server, "--scope", "sync", "--source", f"client-{client}")
            for client in range(CLIENTS)]
    lines = []
    for name, make, place, _ in shapes:
        batches = [[make(client, number) for number in range(BATCHES)]
                   for client in range(CLIENTS)]
        copied = copy(server, folder, batches)
        count = sum(len(batch) for client in batches for batch in client)
        bodies = [[body(batch) for batch in client] for client in batches]
        del batches
        with Service(server.command()) as service:
            seconds, latencies = push(service, keys, bodies, place)
        lines.append(
            f"| {name} | {count:,} | {count / copied:,.0f} | {count / seconds:,.0f} |"
            f" {100 * copied / seconds:.0f} % | {1000 * quantile(latencies, 0.5):,.0f} ms |"
            f" {1000 * quantile(latencies, 0.99):,.0f} ms | {service.megabytes:,.0f} MB |")
    return "\n".join([
        f"Ingestion: {CLIENTS} clients, each one source and one connection, CSV in batches of"
        f" {BATCH_ROWS:,} rows, {BATCHES} of them; `\\copy` of the same rows into a table with a"
        " primary key, in one piece, on the same server just before.", "",
        "| shape | rows | `\\copy` rows/s | HTTP rows/s | of `\\copy` | p50 | p99 |"
        " peak memory of the service |",
        "|---|---:|---:|---:|---:|---:|---:|---:|", *lines])


def facts(server, folder, shapes):
    places, items = folder / "places.csv", folder / "items.csv"
    names = [f"{place}-{client}" for _, _, place, _ in shapes for client in range(CLIENTS)]
    places.write_text("location,region\n" + "".join(f"{name},r\n" for name in names))
    several = 165 * (BATCHES // 12 + 1)
    items.write_text(
        "item\n" + "".join(f"m-{item:05}\n" for item in range(several))
        + "".join(f"d-{item:05}\n" for item in range(BATCH_ROWS)))
    server.program("sync", "locations", places)
    server.program("sync", "items", items)


def body(rows):
    return ("item,location,day,quantity\n"
            + "".join(f"{item},{place},{day},{units}\n" for item, place, day, units in rows)
            ).encode()


def copy(server, folder, batches):
    """Seconds of `\\copy` for all of it."""
    file = folder / "plain.csv"
    with open(file, "w") as out:
        for client in batches:
            for batch in client:
                out.writelines(f"{item},{place},r,{day},{units}\n"
                               for item, place, day, units in batch)
    server.psql(
        "DROP TABLE IF EXISTS plain; CREATE TABLE plain (item text, location text, region text,"
        " day date, quantity double precision, PRIMARY KEY (item, location, day))")
    start = time.monotonic()
    server.psql(f"\\copy plain FROM '{file}' (FORMAT csv)")
    seconds = time.monotonic() - start
    server.psql("DROP TABLE plain")
    return seconds


def push(service, keys, bodies, tag):
    """Wall seconds of all clients together, and seconds of each batch."""
    barrier = threading.Barrier(len(bodies) + 1)

    def client(number):
        connection, latencies = service.connection(), []
        barrier.wait()
        for place, content in enumerate(bodies[number]):
            start = time.monotonic()
            connection.request(
                "POST", "/v1/sync/demand", content,
                {"Authorization": f"Bearer {keys[number]}", "Content-Type": "text/csv",
                 "Idempotency-Key": f"{tag}-{place}"})
            response = connection.getresponse()
            receipt = json.loads(response.read())
            latencies.append(time.monotonic() - start)
            rows = content.count(b"\n") - 1
            if response.status != 200 or receipt["applied"] != rows:
                raise SystemExit(f"scripts/bench: a push failed: {receipt}")
        return latencies

    with concurrent.futures.ThreadPoolExecutor(len(bodies)) as pool:
        clients = [pool.submit(client, number) for number in range(len(bodies))]
        barrier.wait()
        start = time.monotonic()
        latencies = [seconds for done in clients for seconds in done.result()]
        return time.monotonic() - start, latencies


# Reports ----------------------------------------------------------------------------------------


def report(server, folder):
    seed_report(server, folder)
    # Autovacuum naps: statistics are what a server in use would have.
    server.psql("ANALYZE")
    admin = key(server, "--scope", "admin")
    starts = []
    for _ in range(5):
        with Service(server.command()) as service:
            starts.append(service.ready_seconds)
    with Service(server.command()) as service:
        first = ask(service.connection(), admin)
        latencies = at_rate(service, admin)
    query = pgbench(server, folder)
    ready = statistics.median(starts)
    return "\n".join([
        f"Procurement report of a region of {REPORT_ITEMS:,} items, as JSON, at {REPORT_RATE}"
        f" requests/s for {REPORT_SECONDS} s, beside the query of its forecasts in pgbench,"
        " one after another, as text. A report is kept until data or forecast change, so most"
        " requests do not run that query; the first one is made.", "",
        "| what | p50 | p99 |", "|---|---:|---:|",
        f"| report over HTTP | {1000 * quantile(latencies, 0.5):.1f} ms |"
        f" {1000 * quantile(latencies, 0.99):.1f} ms |",
        f"| the query in pgbench | {1000 * quantile(query, 0.5):.1f} ms |"
        f" {1000 * quantile(query, 0.99):.1f} ms |",
        f"| the first report | {1000 * first:.0f} ms | |", "",
        f"`serve` on this database is ready after {1000 * ready:.0f} ms (median of"
        f" {len(starts)}; {1000 * max(starts):.0f} ms at most)."])


def seed_report(server, folder):
    texts = {
        "locations": "location,region\nstore,reported\n",
        "items": "item\n" + "".join(f"r-{item:04}\n" for item in range(REPORT_ITEMS)),
        "terms": "item,lead_time_days,review_period_days\n"
        + "".join(f"r-{item:04},{item % 9 + 2},7\n" for item in range(REPORT_ITEMS)),
    }
    for kind, text in texts.items():
        file = folder / f"report-{kind}.csv"
        file.write_text(text)
        server.program("sync", kind, file)
    yesterday = datetime.date.today() - datetime.timedelta(1)
    file = folder / "report-demand.csv"
    with open(file, "w") as out:
        out.write("item,location,day,quantity\n")
        for item in range(REPORT_ITEMS):
            for back in range(180):
                out.write(f"r-{item:04},store,{yesterday - datetime.timedelta(back)},"
                          f"{(item * 7 + back * 3) % 13 + 1}\n")
    server.program("sync", "demand", file, "--source", "store", "--complete-through", yesterday)
    stock = folder / "report-stock.csv"
    stock.write_text("item,location,as_of,on_hand\n" + "".join(
        f"r-{item:04},store,{yesterday},{item % 90}\n" for item in range(REPORT_ITEMS)))
    server.program("sync", "stock", stock, "--source", "store")
    server.program("train")


def ask(connection, admin):
    start = time.monotonic()
    connection.request(
        "GET", "/v1/reports/procurement?region=reported",
        headers={"Authorization": f"Bearer {admin}"})
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise SystemExit(f"scripts/bench: no report: {content[:300]}")
    return time.monotonic() - start


def at_rate(service, admin):
    """Seconds from when each request was due, so that a pause counts for all it held up."""
    local = threading.local()
    start = time.monotonic() + 0.1

    def one(number):
        due = start + number / REPORT_RATE
        time.sleep(max(0, due - time.monotonic()))
        if not hasattr(local, "connection"):
            local.connection = service.connection()
        ask(local.connection, admin)
        return time.monotonic() - due

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(REPORT_RATE * REPORT_SECONDS)))


def pgbench(server, folder):
    """Latencies of the query behind a report's lines, the rows as they stand in the database."""
    script = folder / "report.sql"
    script.write_text(
        "SELECT n.item, n.location, f.origin, f.stale, f.tier, f.reason, f.first_day, f.means,"
        " f.quantiles, f.spread, f.spread_parameters FROM forecast f JOIN node n USING (node_id)"
        " WHERE f.run_id = (SELECT run_id FROM publication ORDER BY publication_id DESC LIMIT 1)"
        " AND n.region = 'reported' AND n.level = 'item-location' ORDER BY n.node_id;\n")
    prefix = folder / "pgbench"
    subprocess.run(
        [pgbench_program(), "-n", "-f", script, "-c", "1", "-T", str(REPORT_SECONDS), "-l",
         "--log-prefix", prefix, server.url],
        check=True, capture_output=True)
    return [int(line.split()[2]) / 1e6
            for file in pathlib.Path(folder).glob("pgbench.*")
            for line in file.read_text().splitlines()]


def pgbench_program():
    root = pathlib.Path(__file__).resolve().parent
    folder = subprocess.run(
        ["bash", "-c", ". ./postgres-programs.sh; postgres_programs"], cwd=root, check=True,
        capture_output=True, text=True).stdout.strip()
    return pathlib.Path(folder) / "pgbench"


def quantile(values, probability):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(probability * len(ordered)))]
