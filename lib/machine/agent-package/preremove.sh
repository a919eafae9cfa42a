#!/usr/bin/env bash
# Before removal, not before an upgrade: what waits in the queue goes to the gateways first, for a while.
set -euo pipefail
case ${1:-} in remove | 0) ;; *) exit 0 ;; esac
. /opt/harbourline/scripts/common.sh
export LOOPBACK_ADDRESS=127.0.0.1
deadline=$((SECONDS + ${QUEUE_SECONDS:-60}))
until [ "$(queued || echo 0)" = 0 ] || [ $SECONDS -ge $deadline ]; do sleep 1; done
for unit in harbourline-certificate.timer harbourline-collector.service harbourline-bandwidth.service; do
  systemctl disable --now "$unit" || true
done
nft delete table inet harbourline 2> /dev/null || true
