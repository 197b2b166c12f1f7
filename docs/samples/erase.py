"""Erases people: a tombstone each on comms.profiles. erase.py USER …"""

import sys

from confluent_kafka import Producer

from connection import PREFIX, kafka, written

producer = Producer(kafka(**{"enable.idempotence": True, "partitioner": "murmur2_random"}))
for user in sys.argv[1:]:
    producer.produce(PREFIX + "comms.profiles", key=f"default/{user}", value=None, on_delivery=written)
producer.flush()
