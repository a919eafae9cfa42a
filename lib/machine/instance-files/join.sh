#!/usr/bin/env bash
# Tells Auto Scaling that this instance works: until then it counts for nothing, and nothing older is taken away for it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

# A gateway's health check listens where its load balancer asks, a sampler's on loopback.
until curl -sf "http://$LOOPBACK_ADDRESS:13133/" > /dev/null || curl -sf "http://$BIND_ADDRESS:13133/" > /dev/null; do sleep 1; done
complete join CONTINUE || say 'no lifecycle hook waits: started by hand'
