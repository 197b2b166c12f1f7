"""Writes events to comms.events: produce.py event.json …"""

import json
import secrets
import sys
from datetime import datetime

from confluent_kafka import Producer
from confluent_kafka.serialization import MessageField, SerializationContext

from connection import PREFIX, kafka, serializer, written

topic = PREFIX + "comms.events"
producer = Producer(kafka(**{"enable.idempotence": True}))
avro = serializer()
for path in sys.argv[1:]:
    with open(path) as file:
        event = json.load(file)
    for time in {"occurred_at", "send_at", "expires_at"} & event.keys():
        event[time] = datetime.fromisoformat(event[time])
    event["payload"] = json.dumps(event["payload"])  # a text, in the record
    producer.produce(
        topic,
        key=f"{event.get('tenant_id', 'default')}/{event['cause_ref']}",
        value=avro(event, SerializationContext(topic, MessageField.VALUE)),
        headers={"ce_source": "sample-python", "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"},
        on_delivery=written,
    )
producer.flush()
