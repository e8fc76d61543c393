#!/usr/bin/env python3
"""Sends seeded random requests to a running service and ends with 1 when an answer is its fault.

  scripts/lib/random-requests.py URL COUNT SEED [KEY ...]

Every request must get a whole answer that is no 5xx, or, where its framing is broken, at least
nothing that ends the service. A tenth are bytes; most of the others have the method and the content
type that their path takes, so that what is wrong with them is found late.
"""

import json
import random
import socket
import sys
import urllib.parse

PATHS = [
    "/v1/regions", "/v1/runs", "/v1/runs/1", "/v1/runs/99", "/v1/run-requests/1", "/v1/forecasts",
    "/v1/reports/procurement", "/v1/flags", "/v1/sync/demand", "/v1/sync/items", "/v1/sync/stock",
    "/v1/sync/terms", "/v1/sync/calendar", "/v1/sync/locations", "/v1/sync/prices",
    "/v1/sync/complete", "/v1/sync/nothing", "/healthz", "/readyz", "/metrics", "/openapi.json",
    "/", "/nowhere", "/v1", "/v1/runs/0", "/v1/runs/-1", "/v1/runs/99999999999999999999",
]
WORDS = [
    "north", "south", "leeds", "oats", "food", "", "0", "1", "-1", "1000", "1001", "2024-06-30",
    "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-30", "2024-06-30T12:00:00Z", "total",
    "item-location", "csv", "json", "true", "TRUE", "item=sku,day=date", "item=item=item", ",,,",
    "YzEfMQ", "YzEfLTE", "YzEfOTk5OTk5OTk5OTk5OTk5OTk5OTk", "%00", "%ff", "%F0%9F%8D%8E", "%0a",
    "'", "';--", "a" * 129, "a" * 3000, "\u00e9", "NaN", "1e400", "null", "{}", "[]",
]
NAMES = [
    "region", "level", "location", "item", "category", "limit", "cursor", "format", "as_of",
    "complete_through", "generated_at", "strict", "map", "ignore", "x",
]
TYPES = [
    "text/csv", "application/json", "application/x-ndjson", "text/plain", "", "TEXT/CSV; a=b",
    "application/x-www-form-urlencoded",
]
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"]
COLUMNS = [
    "item", "location", "day", "quantity", "region", "category", "on_hand", "as_of", "price",
    "lead_time_days", "review_period_days", "name", "kind", "revision", "time_zone", "closed",
]


def value(rng):
    return rng.choice([
        rng.choice(WORDS), str(rng.randint(-5, 5)), repr(rng.uniform(-1e12, 1e12)),
        f"{rng.randint(1900, 2100)}-{rng.randint(0, 13):02}-{rng.randint(0, 32):02}",
        "".join(chr(rng.choice([rng.randint(1, 127), rng.randint(128, 0xD7FF)]))
                for _ in range(rng.randint(0, 6))),
    ])


def body(rng):
    columns = rng.sample(COLUMNS, rng.randint(1, 6))
    rows = [[value(rng) for _ in columns] for _ in range(rng.randint(0, 6))]
    form = rng.randrange(5)
    if form == 0:
        lines = [",".join(columns)] + [",".join(row) for row in rows]
        return "text/csv", rng.choice(["\n", "\r\n"]).join(lines).encode()
    objects = [dict(zip(columns, row)) for row in rows]
    if form == 1:
        return "application/json", json.dumps(objects).encode()
    if form == 2:
        return "application/x-ndjson", "\n".join(json.dumps(one) for one in objects).encode()
    if form == 3:
        return "application/json", json.dumps(
            {rng.choice(["location", "through", "as_of", "x"]): value(rng)
             for _ in range(2)}).encode()
    return rng.choice(TYPES), rng.randbytes(rng.randint(0, 300))


def request(rng, keys):
    if rng.random() < 0.1:
        return rng.randbytes(rng.randint(1, 400)) + b"\r\n\r\n", False
    path = rng.choice(PATHS)
    query = "&".join(
        f"{rng.choice(NAMES)}={urllib.parse.quote(rng.choice(WORDS), safe='%=,')}"
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2, 3])))
    method = "POST" if "/sync/" in path else "GET"
    if rng.random() < 0.15:
        method = rng.choice(METHODS)
    kind, payload = body(rng) if method != "GET" or rng.random() < 0.1 else ("", b"")
    lines = [f"{method} {path}{'?' + query if query else ''} HTTP/1.1", "Host: localhost",
             "Connection: close"]
    if keys and rng.random() < 0.85:
        lines.append(f"Authorization: Bearer {rng.choice(keys)}")
    if payload or rng.random() < 0.2:
        lines.append(f"Content-Type: {kind if rng.random() < 0.9 else rng.choice(TYPES)}")
        lines.append(f"Content-Length: {len(payload)}")
    if rng.random() < 0.9:
        lines.append(f"Idempotency-Key: k{rng.randint(0, 500)}")
    if rng.random() < 0.05:
        lines.append(f"Content-Encoding: {rng.choice(['gzip', 'br', 'identity'])}")
    if rng.random() < 0.1:
        lines.append(f"Accept: {rng.choice(['text/csv', 'application/json', '*/*', 'x', ';q=a'])}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload, True


def answer(address, sent):
    with socket.create_connection(address, timeout=60) as peer:
        peer.sendall(sent)
        peer.shutdown(socket.SHUT_WR)
        received = b""
        while True:
            try:
                part = peer.recv(65536)
            except ConnectionResetError:
                return received
            if not part:
                return received
            received += part


def fault(sent, received, is_framed):
    head, _, rest = received.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        return "no answer" if is_framed else None
    status = int(words[1])
    if status >= 500:
        return f"status {status}"
    is_page = b"text/html" in head.lower()
    if is_framed and status >= 400 and not is_page and not sent.startswith(b"HEAD"):
        try:
            if json.loads(rest)["status"] != status:
                return "the problem document names another status"
        except (ValueError, KeyError, TypeError):
            return "no problem document"
    return None


def main():
    url, count, seed, *keys = sys.argv[1:]
    parts = urllib.parse.urlsplit(url)
    address = (parts.hostname, parts.port)
    rng = random.Random(int(seed))
    statuses, faults = {}, []
    for number in range(int(count)):
        sent, is_framed = request(rng, keys)
        received = answer(address, sent)
        status = received[9:12].decode("latin1") or "none"
        statuses[status] = statuses.get(status, 0) + 1
        found = fault(sent, received, is_framed)
        if found:
            faults.append(f"request {number}: {found}\n{sent[:800]!r}\n{received[:800]!r}")
    print(" ".join(f"{status}: {count}" for status, count in sorted(statuses.items())))
    print("\n".join(faults[:20]))
    health = answer(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    if not health.startswith(b"HTTP/1.1 200"):
        faults.append("it lives no longer")
    return 1 if faults else 0


sys.exit(main())
