"""Each hour of some days as clocks show it, by Python's zoneinfo. Arguments: folder of PyPI's tzdata, first day, days.

stdin: a JSON list of zone names. stdout: for each zone, of each hour UTC, the text and the UTC offset (s).
"""
import json
import os
import sys
from datetime import datetime, timedelta, timezone

os.environ["PYTHONTZPATH"] = ""
sys.path.insert(0, sys.argv[1])
import zoneinfo  # noqa: E402

zoneinfo.reset_tzpath(())
first = datetime.fromisoformat(sys.argv[2]).replace(tzinfo=timezone.utc)
hours = [first + timedelta(hours=n) for n in range(int(sys.argv[3]) * 24)]


def shown(hour, zone):
    local = hour.astimezone(zone)
    text = f"{local:%A}, {local:%B} {local.day}, {local.year} at {local.hour % 12 or 12}:{local:%M %p}"
    return [text, local.utcoffset().total_seconds()]


json.dump({name: [shown(hour, zoneinfo.ZoneInfo(name)) for hour in hours] for name in json.load(sys.stdin)}, sys.stdout)
