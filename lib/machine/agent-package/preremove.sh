#!/bin/sh
# Before removal, not before an upgrade: what waits in the queue goes to the gateways first, for a while.
set -eu
case ${1:-} in remove | 0) ;; *) exit 0 ;; esac
# shellcheck source=../instance-files/common.sh
. /opt/harbourline/scripts/common.sh
export LOOPBACK_ADDRESS=127.0.0.1
left=${QUEUE_SECONDS:-60}
until [ "$(queued || echo 0)" = 0 ] || [ "$left" -le 0 ]; do
  sleep 1
  left=$((left - 1))
done
for unit in harbourline-certificate.timer harbourline-collector.service harbourline-bandwidth.service; do
  systemctl disable --now "$unit" || true
done
nft delete table inet harbourline 2> /dev/null || true
