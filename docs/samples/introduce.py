"""Tells Carillon of a person: a profile and, where asked for, a device, consents and switches.

introduce.py USER EMAIL [--tz Europe/Berlin] [--locale en-US] [--phone +14155550101] [--device TOKEN]
                        [--on SMS:booking …] [--off EMAIL:booking …]
"""

import argparse
import time

from confluent_kafka import Producer
from confluent_kafka.serialization import MessageField, SerializationContext

from connection import PREFIX, kafka, serializer, written

parser = argparse.ArgumentParser()
parser.add_argument("user")
parser.add_argument("email")
for option in ("--tz", "--locale", "--phone", "--device"):
    parser.add_argument(option)
for option in ("--on", "--off"):
    parser.add_argument(option, action="append", default=[])
asked = parser.parse_args()

now = int(time.time() * 1000)
person = {"tenant_id": "default", "user_id": asked.user, "updated_at": now}
producer = Producer(kafka(**{"enable.idempotence": True, "partitioner": "murmur2_random"}))  # these topics need this one
avro = serializer()


def encoded(part):
    """A part of a key after the person's."""
    return part.replace("%", "%25").replace("/", "%2F")


def write(topic, key, value):
    topic = PREFIX + topic
    data = avro(person | value, SerializationContext(topic, MessageField.VALUE))
    producer.produce(topic, key=key, value=data, on_delivery=written)


def consent(channel, category, granted=True):
    value = {"channel": channel, "category": category, "granted": granted, "source": "sample"}
    write("comms.consents", f"default/{asked.user}/{channel}/{encoded(category)}", value)


def switch(text, opted_in):
    channel, category = text.split(":")
    return {"channel": channel, "category": category, "opted_in": opted_in}


profile = {"email": asked.email, "phone": asked.phone, "locale": asked.locale, "tz": asked.tz}
write("comms.profiles", f"default/{asked.user}", profile)
if asked.device:
    device = {"device_id": "phone", "platform": "ANDROID", "token": asked.device, "last_seen": now}
    write("comms.tokens", f"default/{encoded(asked.device)}", device)
    consent("PUSH", "*")
for text in asked.on:
    if text.startswith("SMS:"):  # texts need a consent too, by law
        consent("SMS", text.split(":")[1])
switches = [switch(text, True) for text in asked.on] + [switch(text, False) for text in asked.off]
if switches:  # the record is all that the person has set: what it leaves out is as if it had never been set
    write("comms.preferences", f"default/{asked.user}", {"channels": switches})
producer.flush()
