#!/usr/bin/env bash
# Keeps this instance in Cloud Map for as long as its collector answers. harbourline-registration.service runs it, and takes the
# instance out whenever it ends: when the collector hangs, when it stops, when this script itself fails.
set -euo pipefail
. "$(dirname "$0")/common.sh"

healthy() { curl -sf -m 3 "http://$LOOPBACK_ADDRESS:13133/" > /dev/null; }

until healthy; do sleep 1; done
aws servicediscovery register-instance --service-id "$CLOUD_MAP_SERVICE" --instance-id "$INSTANCE_ID" \
  --attributes "AWS_INSTANCE_IPV4=$BIND_ADDRESS"
say 'is in Cloud Map'
[ -z "${NOTIFY_SOCKET:-}" ] || systemd-notify --ready

missed=0
while [ $missed -lt 3 ]; do
  sleep "$POLL_SECONDS"
  if healthy; then missed=0; else missed=$((missed + 1)); fi
done
say 'the collector does not answer: out of Cloud Map until it does'
exit 1
