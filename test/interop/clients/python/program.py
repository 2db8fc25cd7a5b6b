"""Pushes the four metrics once with prometheus_client: program.py <baseUrl> <verb> <job> <name=value>...

The verb is push or add, with -gzip or -snappy behind it to compress.
"""

import json
import sys

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Summary,
    push_to_gateway,
    pushadd_to_gateway,
)

base_url, verb_and_way, job, *pairs = sys.argv[1:]
verb, _, compression = verb_and_way.partition("-")
registry = CollectorRegistry()

Counter("clients_requests_total", "Requests.", ["code"], registry=registry).labels("200").inc(3)
Gauge("clients_temperature_celsius", "Temperature.", registry=registry).set(-2.5)
duration = Histogram("clients_duration_seconds", "Duration.", buckets=(0.1, 1, 10), registry=registry)
for seconds in (0.05, 0.5, 5, 50):
    duration.observe(seconds)
size = Summary("clients_size_bytes", "Size.", registry=registry)
for count in (1, 2, 3):
    size.observe(count)

push = push_to_gateway if verb == "push" else pushadd_to_gateway
grouping_key = dict(pair.split("=", 1) for pair in pairs)
options = {"compression": compression} if compression else {}
error = ""
try:
    push(base_url, job=job, registry=registry, grouping_key=grouping_key, **options)
except Exception as problem:  # what the user of the library gets
    error = repr(problem) if str(problem) == "" else str(problem)
print(json.dumps({"ok": error == "", "error": error}))
