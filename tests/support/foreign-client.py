"""A client that is not ours: confluent-kafka as its users write it. Reads a list of records from stdin, answers a list.

Each record: topic, key, value (null for a tombstone), partitioner (null: the client's default), schema (a text, or null),
settings (of the Avro serializer). Answers with the partition, or with the error that the client raised.
"""

import json
import sys

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

job = json.load(sys.stdin)
registry = SchemaRegistryClient({"url": job["registry"]})
producers = {}
serializers = {}


def producer_with(partitioner):
    if partitioner not in producers:
        conf = {"bootstrap.servers": job["bootstrap"], "enable.idempotence": True}
        producers[partitioner] = Producer({**conf, **({"partitioner": partitioner} if partitioner else {})})
    return producers[partitioner]


def serialize(record):
    if record["value"] is None:
        return None
    at = json.dumps([record["schema"], record["settings"]])
    if at not in serializers:
        serializers[at] = AvroSerializer(registry, record["schema"], conf=record["settings"])
    return serializers[at](record["value"], SerializationContext(record["topic"], MessageField.VALUE))


def write(record):
    placed = {}

    def delivered(error, message):
        placed.update({"error": str(error)} if error else {"partition": message.partition()})

    producer = producer_with(record["partitioner"])
    try:
        producer.produce(record["topic"], key=record["key"], value=serialize(record), on_delivery=delivered)
        producer.flush(30)
    except Exception as error:  # whatever the client raises, its user sees
        placed["error"] = f"{type(error).__name__}: {error}"
    return placed


json.dump([write(record) for record in job["records"]], sys.stdout)
