"""Local times by Python's zoneinfo, as JSON. Arguments: folder of PyPI's tzdata, first day, number of days.

stdin: a list of zone names. stdout, for each zone that the data have: the instants (ms) of 21:00 and 08:00 of each day, and
the UTC offset (s) at noon UTC of each day.
"""
import json
import os
import sys
from datetime import date, datetime, time, timedelta, timezone

os.environ["PYTHONTZPATH"] = ""
sys.path.insert(0, sys.argv[1])
import zoneinfo  # noqa: E402
import tzdata  # noqa: E402

zoneinfo.reset_tzpath(())
first = date.fromisoformat(sys.argv[2])
days = [first + timedelta(days=n) for n in range(int(sys.argv[3]))]
out = {"version": tzdata.IANA_VERSION, "zones": {}}
for name in json.load(sys.stdin):
    try:
        zone = zoneinfo.ZoneInfo(name)
    except zoneinfo.ZoneInfoNotFoundError:
        continue
    instants = [
        [round(datetime.combine(day, time(hour), zone).timestamp() * 1000) for day in days] for hour in (21, 8)
    ]
    noons = [datetime.combine(day, time(12), timezone.utc).astimezone(zone).utcoffset().total_seconds() for day in days]
    out["zones"][name] = {"start": instants[0], "end": instants[1], "offset": noons}
json.dump(out, sys.stdout)
