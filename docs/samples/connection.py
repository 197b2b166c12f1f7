"""Where Kafka and the registry are, and how to come in: by the variables that `bin/comms env` prints."""

import os

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer

PREFIX = os.environ.get("COMMS_TOPIC_PREFIX", "")


def kafka(**more):
    """What any client of librdkafka takes."""
    found = {
        "bootstrap.servers": os.environ["COMMS_BOOTSTRAP_SERVERS"],
        "security.protocol": os.environ.get("COMMS_KAFKA_SECURITY_PROTOCOL"),
        "ssl.ca.location": os.environ.get("COMMS_KAFKA_CA_FILE"),
        "ssl.certificate.location": os.environ.get("COMMS_KAFKA_CERTIFICATE_FILE"),
        "ssl.key.location": os.environ.get("COMMS_KAFKA_KEY_FILE"),
    }
    if "COMMS_KAFKA_USER" in os.environ:
        with open(os.environ["COMMS_KAFKA_PASSWORD_FILE"]) as password:
            found["sasl.password"] = password.read().strip()
        found["sasl.username"] = os.environ["COMMS_KAFKA_USER"]
        found["sasl.mechanism"] = "SCRAM-SHA-512"
    return {name: value for name, value in found.items() if value} | more


def registry():
    ca = os.environ.get("COMMS_SCHEMA_REGISTRY_CA_FILE")
    return SchemaRegistryClient({"url": os.environ["COMMS_SCHEMA_REGISTRY_URL"]} | ({"ssl.ca.location": ca} if ca else {}))


def serializer():
    """Writes with the version that the registry has last of a topic's subject, and registers none."""
    return AvroSerializer(registry(), conf={"auto.register.schemas": False, "use.latest.version": True})


def written(error, record):
    """Ends the program where a record is not on the log."""
    if error:
        raise SystemExit(f"not written: {error}")
    print(f"written to {record.topic()}, partition {record.partition()}, offset {record.offset()}")
