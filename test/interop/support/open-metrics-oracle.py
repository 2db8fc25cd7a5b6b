"""Reads a JSON list of bodies in base64 and prints what Python's OpenMetrics parser makes of each, as a JSON list.

An answer is the text of the error, or a list of samples: name, labels, the bits of the value in hex, milliseconds, and
the exemplar's labels, bits and milliseconds.
"""
import base64
import json
import struct
import sys
from fractions import Fraction
from math import floor

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def bits(value):
    return struct.pack(">d", float(value)).hex()


def milliseconds(stamp):
    if stamp is None:
        return None
    if hasattr(stamp, "nsec"):
        seconds = Fraction(stamp.sec) + Fraction(stamp.nsec, 10**9)
    else:
        seconds = Fraction(stamp)
    return floor(seconds * 1000 + Fraction(1, 2))


def exemplar(found):
    return found and [found.labels, bits(found.value), milliseconds(found.timestamp)]


def read(body):
    return [
        [s.name, s.labels, bits(s.value), milliseconds(s.timestamp), exemplar(s.exemplar)]
        for family in text_string_to_metric_families(body.decode("utf-8"))
        for s in family.samples
    ]


def answer(body):
    try:
        return read(body)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


json.dump([answer(base64.b64decode(body)) for body in json.load(sys.stdin)], sys.stdout)
