"""Pushes standard input with requests: program.py <baseUrl> <method> <job> <name=value>..."""

import json
import sys
from urllib.parse import quote

import requests

base_url, method, job, *pairs = sys.argv[1:]
url = f"{base_url}/metrics/job/{quote(job, safe='')}"
for pair in pairs:
    name, value = pair.split("=", 1)
    # A slash goes as %2F: only an empty value needs base64.
    url += f"/{name}/{quote(value, safe='')}" if value else f"/{name}@base64/="

error = ""
try:
    requests.request(method, url, data=sys.stdin.buffer.read(), timeout=30).raise_for_status()
except requests.RequestException as problem:
    error = str(problem)
print(json.dumps({"ok": error == "", "error": error}))
