"""Mails as Python's email package reads them, as JSON. stdin: a JSON list of mails in base64."""
import base64
import email
import email.policy
import json
import sys


def read(mail):
    message = email.message_from_bytes(base64.b64decode(mail), policy=email.policy.default)
    part = {kind: message.get_body((kind,)).get_content() for kind in ("plain", "html")}
    return {
        "headers": [name.lower() for name in message.keys()],
        "to": [address.addr_spec for address in message["to"].addresses],
        "subject": str(message["subject"]),
        "defects": [type(defect).__name__ for defect in message["subject"].defects],
        "text": part["plain"],
        "html": part["html"],
    }


json.dump([read(mail) for mail in json.load(sys.stdin)], sys.stdout)
