"""Reads comms.decisions and comms.feedback to their end, and prints a line a message."""

from confluent_kafka import Consumer, KafkaError
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from connection import PREFIX, kafka, registry

RANKS = ["UNKNOWN", "SCHEDULED", "QUEUED", "DIGESTED", "CANCELLED", "EXPIRED", "DROPPED", "SUPPRESSED", "SENT", "FAILED",
         "DELIVERED", "BOUNCED", "COMPLAINED"]
VERDICTS = {"DEFER": "SCHEDULED", "HOLD": "SCHEDULED", "DIGEST": "DIGESTED"}  # any other that is no DROP: QUEUED
DROPS = {"COMMS_ALREADY_SENT": "QUEUED", "COMMS_DIGESTED": "DIGESTED", "COMMS_CANCELLED": "CANCELLED", "COMMS_EXPIRED": "EXPIRED",
         "COMMS_SUPPRESSED": "SUPPRESSED", "COMMS_BLOCKLISTED": "SUPPRESSED", "COMMS_RENDER_FAILED": "FAILED",
         "COMMS_TEMPLATE_MISSING_VAR": "FAILED", "COMMS_PROVIDER_REJECTED": "FAILED", "COMMS_PROVIDER_UNAVAILABLE": "FAILED"}


def status_of(record):
    if "verdict" not in record:
        return record["status"] if record["status"] in RANKS else "UNKNOWN"
    if record["verdict"] != "DROP":
        return VERDICTS.get(record["verdict"], "QUEUED")
    return DROPS.get(record["reason"], "DROPPED")


topics = [PREFIX + "comms.decisions", PREFIX + "comms.feedback"]
avro = AvroDeserializer(registry())
consumer = Consumer(kafka(**{"group.id": "data.messages", "auto.offset.reset": "earliest", "enable.auto.commit": False,
                             "enable.partition.eof": True}))
waiting = {(topic, partition) for topic in topics for partition in consumer.list_topics(topic).topics[topic].partitions}
consumer.subscribe(topics)
messages = {}
while waiting:
    record = consumer.poll(1.0)
    if record is None:
        continue
    if record.error():
        if record.error().code() != KafkaError._PARTITION_EOF:
            raise SystemExit(str(record.error()))
        waiting.discard((record.topic(), record.partition()))
        continue
    value = avro(record.value(), SerializationContext(record.topic(), MessageField.VALUE))
    status = status_of(value)
    found = (RANKS.index(status), value["recorded_at"], status, value["reason"], value["template_name"])
    messages[value["msg_id"]] = max(messages.get(value["msg_id"], found), found, key=lambda one: one[:2])
consumer.close()
for msg_id, (_, at, status, reason, template) in sorted(messages.items()):
    print(msg_id, template, status, reason or "-", at.isoformat(timespec="milliseconds"))
