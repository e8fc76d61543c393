"""The part of scripts/bench that holds ways to lay out demand against each other, in plain SQL."""

import subprocess

SERIES = 6_000

SCHEMA = """
CREATE TABLE r (series integer, day date, quantity double precision, batch integer,
  revision bigint);
CREATE TABLE layout_rows (series integer, day date, quantity double precision, batch integer,
  revision bigint, PRIMARY KEY (series, day));
CREATE TABLE layout_months (series integer, first date, quantities double precision[],
  batches integer[], revisions bigint[], PRIMARY KEY (series, first)) WITH (fillfactor = 90);
CREATE TABLE layout_years (LIKE layout_months, PRIMARY KEY (series, first))
  WITH (fillfactor = 90);
"""

# One array per series and bucket, NULL where no row came. Batch and revision once per array.
FILL = """
INSERT INTO {table}
SELECT series, first, array_agg(quantity ORDER BY day), ARRAY[1], ARRAY[0::bigint]
FROM (
  SELECT d.series, d.first, d.day::date AS day, r.quantity FROM (
    SELECT series, date_trunc('{bucket}', day)::date AS first,
      generate_series(date_trunc('{bucket}', min(day)), max(day), '1 day') AS day
    FROM r GROUP BY 1, 2) AS d
  LEFT JOIN r ON r.series = d.series AND r.day = d.day::date) AS days
GROUP BY 1, 2 ORDER BY 1, 2
"""

# The array of the day, with the day's element set; batch and revision stand per element from then.
UPDATE = """
WITH given AS (
  SELECT series, day, quantity, date_trunc('{bucket}', day)::date AS first,
    day - date_trunc('{bucket}', day)::date + 1 AS place FROM given_rows)
INSERT INTO {table} AS known
SELECT g.series, g.first, array_fill(NULL::float8, ARRAY[g.place - 1]) || g.quantity,
  ARRAY[2], ARRAY[1::bigint]
FROM given g ORDER BY 1, 2
ON CONFLICT (series, first) DO UPDATE SET
  quantities = known.quantities[1:cardinality(excluded.quantities) - 1]
    || array_fill(NULL::float8, ARRAY[greatest(0,
         cardinality(excluded.quantities) - 1 - cardinality(known.quantities))])
    || excluded.quantities[cardinality(excluded.quantities)]
    || known.quantities[cardinality(excluded.quantities) + 1:],
  batches = array_fill(known.batches[1],
      ARRAY[greatest(cardinality(known.quantities), cardinality(excluded.quantities))]),
  revisions = array_fill(known.revisions[1],
      ARRAY[greatest(cardinality(known.quantities), cardinality(excluded.quantities))])
WHERE known.quantities[cardinality(excluded.quantities)] IS DISTINCT FROM
  excluded.quantities[cardinality(excluded.quantities)]
"""

UPSERT = """
INSERT INTO layout_rows AS known SELECT series, day, quantity, 2, 1 FROM given_rows ORDER BY 1, 2
ON CONFLICT (series, day) DO UPDATE SET quantity = excluded.quantity, batch = 2, revision = 1
WHERE known.quantity <> excluded.quantity
"""

LAYOUTS = [("a row per day", "layout_rows", None), ("an array per month", "layout_months", "month"),
           ("an array per year", "layout_years", "year")]


def measure(server, rows, folder):
    """Sizes and seconds of the three layouts over the same rows, as a section of the page."""
    server.psql(SCHEMA)
    short = folder / "layouts.csv"
    with open(rows) as source, open(short, "w") as out:
        names = source.readline().strip().split(",")
        item, location, day, quantity = (
            names.index(name) for name in ("item", "location", "day", "quantity"))
        series, latest = 0, None
        for line in source:
            fields = line.rstrip().split(",")
            if latest != (fields[item], fields[location]):
                latest = (fields[item], fields[location])
                series += 1
                if series > SERIES:
                    break
            out.write(f"{series},{fields[day]},{fields[quantity]},1,0\n")
    server.psql(f"\\copy r FROM '{short}' (FORMAT csv)")
    return "\n".join(table(server))


def table(server):
    count = int(server.psql("SELECT count(*) FROM r"))
    yield (f"{count:,} rows of {SERIES:,} series in three layouts, each with batch and revision,"
           " in plain SQL on one server. Read: all of it by binary COPY in series order. Updates:"
           f" one day of {SERIES:,} series by INSERT ON CONFLICT, medians of 5.")
    yield ""
    yield ("| layout | on disk | read, M/s | one series | a further day | a tenth corrected |"
           " the same again |")
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, relation, bucket in LAYOUTS:
        if bucket:
            server.psql(FILL.format(table=relation, bucket=bucket))
        else:
            server.psql("INSERT INTO layout_rows SELECT * FROM r ORDER BY 1, 2")
        server.psql(f"VACUUM (FREEZE, ANALYZE) {relation}")
        size = int(server.psql(f"SELECT pg_total_relation_size('{relation}')"))
        read = best(server, f"COPY (SELECT * FROM {relation} ORDER BY 1, 2) TO"
                            " '/dev/null' (FORMAT binary)")
        single = best(server, f"SELECT count(q) FROM generate_series(1, {SERIES}, 60) AS s,"
                              f" LATERAL (SELECT t.* FROM {relation} t WHERE series = s"
                              " OFFSET 0) AS q") / (SERIES / 60)
        update = UPDATE.format(table=relation, bucket=bucket) if bucket else UPSERT
        day, tenth, same = updates(server, update)
        yield (f"| {name} | {size / 1e6:,.0f} MB | {count / read / 1e6:.1f} |"
               f" {single * 1e3:.2f} ms | {day * 1e3:.0f} ms | {tenth * 1e3:.0f} ms |"
               f" {same * 1e3:.0f} ms |")


def updates(server, statement):
    """Five days one after another: each as it comes, with a tenth corrected, and unchanged."""
    kinds = ([], [], [])
    for number in range(5):
        for kind, changed in [(0, 0), (1, 1), (2, 1)]:
            server.psql(
                "DROP TABLE IF EXISTS given_rows; CREATE TABLE given_rows AS SELECT series,"
                f" (SELECT max(day) FROM r) + {number + 1} AS day, (series % 7"
                f" + CASE WHEN series % 10 = 0 THEN {changed} ELSE 0 END)::float8 AS quantity"
                f" FROM generate_series(1, {SERIES}) AS series; ANALYZE given_rows")
            kinds[kind].append(seconds(server, statement))
    return [sorted(values)[2] for values in kinds]


def best(server, statement):
    return min(seconds(server, statement) for _ in range(3))


def seconds(server, statement):
    """As psql times it, without its own start."""
    output = subprocess.run(
        ["psql", "-qAt", server.url, "-v", "ON_ERROR_STOP=1"], check=True, capture_output=True,
        text=True, input=f"\\timing on\n{statement};\n").stdout
    return float(output.split("Time: ")[-1].split(" ms")[0]) / 1e3
