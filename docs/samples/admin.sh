#!/bin/sh
# What an operator asks the admin API: sh admin.sh <template>. It needs curl and jq; $admin and $key say where and who.
set -eu
api() { curl --silent --show-error --fail-with-body "$admin/api/v1/$@" -H "authorization: Bearer $key" -H 'content-type: application/json'; }

api system-metrics/queues | jq -c '.[] | select(.queue=="email") | {queue, waiting}'
api system-metrics/queues | jq -c '.[] | select(.queue=="communication-dlq") | {queue, waiting}'
api 'system-metrics/failures?by=retries' | jq -c .counts

flag="comms.pause.template.$1"
api "flags/$flag" -X PUT -H "Idempotency-Key: pause-$1-$$" -d '{"value": true, "reason": "a wrong link in it"}' | jq -c '{name, value, version}'
api "flags/$flag" -X DELETE -H 'If-Match: "1"' -d '{"reason": "mended"}' | jq -c '{name, value}'
api "audit?target=$flag" | jq -c '.entries[] | {action, reason}'
