"""Verifies every DKIM signature of a mail by dkimpy, which shares no code with ours.

usage: verify-dkim.py RECORDS < MAIL, where RECORDS is a JSON object from a DNS name to its TXT record.
Prints a JSON list, a row a signature from the top: [algorithm, whether it holds, why not].
"""

import json
import re
import sys

import dkim

records = json.loads(sys.argv[1])
mail = sys.stdin.buffer.read()
verifier = dkim.DKIM(mail)
signatures = [value for name, value in verifier.headers if name.lower() == b"dkim-signature"]


def lookup(name, timeout=5):
    return records[name.decode().rstrip(".")].encode()


def verify(index):
    try:
        return [dkim.DKIM(mail).verify(idx=index, dnsfunc=lookup), ""]
    except dkim.DKIMException as error:
        return [False, str(error)]


print(json.dumps([[re.search(rb"\ba=([\w-]+)", value)[1].decode(), *verify(at)] for at, value in enumerate(signatures)]))
