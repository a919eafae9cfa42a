#!/usr/bin/env bash
# Hands over what this instance holds before it goes. harbourline-drain.service runs it as root.
#
# Auto Scaling announces the end in the instance's metadata and holds the instance in Terminating:Wait until it is told to
# go on. So nothing outside has to reach in, and nothing outside has to be allowed to.
set -euo pipefail
. "$(dirname "$0")/common.sh"

until [ "$(metadata autoscaling/target-lifecycle-state || true)" = Terminated ]; do sleep "$POLL_SECONDS"; done
say 'Auto Scaling takes this instance away'

# As long as this script lives, and no longer: the hook of an instance that died does not hold up its group.
(while sleep "${HEARTBEAT_SECONDS:-60}" > /dev/null 2>&1; do heartbeat drain || say 'no sign of life could be sent'; done) &
signs_of_life=$!
trap 'kill $signs_of_life 2> /dev/null || true' EXIT

# Out of Cloud Map first, and not back in when systemd restarts the collector. A gateway has no such unit: its load
# balancer has taken it out already.
if systemctl cat harbourline-registration > /dev/null 2>&1; then
  systemctl mask --runtime harbourline-registration
  systemctl stop harbourline-registration
fi

# Peers learn of it, traces under way are decided, metrics are flushed.
say "leaving for $LEAVE_SECONDS s"
sleep "$LEAVE_SECONDS"

deadline=$((SECONDS + QUEUE_SECONDS))
until [ "$(queued || echo unknown)" = 0 ] || [ $SECONDS -ge $deadline ]; do sleep 1; done
left=$(queued || echo unknown)
say "spans left in the queue: $left"
systemctl stop harbourline-collector

# What could not be handed over in time goes to a bucket, for the next instance of the tier to replay. A receiver has no
# queue and no bucket: what it did not take is on the relays.
if [ "$left" != 0 ] && [ -n "${HANDOVER_BUCKET:-}" ]; then
  tar -C "$DATA_DIRECTORY" -cz queue | aws s3 cp - "s3://$HANDOVER_BUCKET/$TIER/$INSTANCE_ID.tar.gz"
  say 'the rest of the queue is in the bucket'
fi
# On a volume of their own.
letters="$DATA_DIRECTORY-letters"
if [ -d "$letters" ] && [ -n "$(ls -A "$letters")" ]; then
  tar -C "$letters" -cz . | aws s3 cp - "s3://$HANDOVER_BUCKET/dead-letters/$INSTANCE_ID.tar.gz"
  say 'dead letters are in the bucket'
fi

complete drain CONTINUE
say 'drained'
