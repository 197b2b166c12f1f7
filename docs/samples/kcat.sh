#!/bin/sh
# kcat with the settings that `bin/comms env` prints; its own arguments follow.
set -- -X "security.protocol=${COMMS_KAFKA_SECURITY_PROTOCOL:-PLAINTEXT}" "$@"
[ -z "$COMMS_KAFKA_CA_FILE" ] || set -- -X "ssl.ca.location=$COMMS_KAFKA_CA_FILE" "$@"
[ -z "$COMMS_KAFKA_CERTIFICATE_FILE" ] ||
  set -- -X "ssl.certificate.location=$COMMS_KAFKA_CERTIFICATE_FILE" -X "ssl.key.location=$COMMS_KAFKA_KEY_FILE" "$@"
[ -z "$COMMS_KAFKA_USER" ] ||
  set -- -X sasl.mechanism=SCRAM-SHA-512 -X "sasl.username=$COMMS_KAFKA_USER" \
    -X "sasl.password=$(cat "$COMMS_KAFKA_PASSWORD_FILE")" "$@"
exec kcat -b "$COMMS_BOOTSTRAP_SERVERS" "$@"
