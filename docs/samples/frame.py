"""An event as the bytes of its record, on stdout, for a client that knows no Avro: frame.py event.json"""

import io
import json
import sys
from datetime import datetime

import fastavro

from connection import PREFIX, registry

with open(sys.argv[1]) as file:
    event = json.load(file)
for time in {"occurred_at", "send_at", "expires_at"} & event.keys():
    event[time] = datetime.fromisoformat(event[time])
event["payload"] = json.dumps(event["payload"])
latest = registry().get_latest_version(PREFIX + "comms.events-value")
value = io.BytesIO()
value.write(b"\0" + latest.schema_id.to_bytes(4, "big"))
fastavro.schemaless_writer(value, fastavro.parse_schema(json.loads(latest.schema.schema_str)), event)
sys.stdout.buffer.write(value.getvalue())
