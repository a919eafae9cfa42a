#!/usr/bin/env bash
# Takes over what an instance of this tier could not hand over before it went. Run once, at first boot, before the
# collector starts: the queue is a file of the collector's own format, so one instance takes over one.
set -euo pipefail
. "$(dirname "$0")/common.sh"

keys=$(aws s3api list-objects-v2 --bucket "$HANDOVER_BUCKET" --prefix "$TIER/" --query 'Contents[].Key' --output text)
for key in $keys; do
  [ "$key" != None ] || break
  # The claim is atomic: the second instance that writes the same key is refused.
  if ! refusal=$(aws s3api put-object --bucket "$HANDOVER_BUCKET" --key "claims/$key" --if-none-match '*' 2>&1 > /dev/null); then
    # Somebody else has it, or it failed: only the first is as it should be. The instance starts all the same.
    case $refusal in
      *PreconditionFailed* | *ConditionalRequestConflict*) say "another instance has $key" ;;
      *) say "could not claim $key: $refusal" >&2 ;;
    esac
  else
    if aws s3 cp "s3://$HANDOVER_BUCKET/$key" - | tar -C "$DATA_DIRECTORY" -xz; then
      chown -R harbourline: "$DATA_DIRECTORY/queue"
      aws s3api delete-object --bucket "$HANDOVER_BUCKET" --key "$key"
      say "took over $key"
      exit 0
    fi
    rm -rf "$DATA_DIRECTORY/queue"
    aws s3api delete-object --bucket "$HANDOVER_BUCKET" --key "claims/$key"
    say "could not read $key"
  fi
done
say 'nothing was taken over'
