#!/usr/bin/env bash
# The token bucket of the link: aggregates leave for the receiver at RATE_BITS a second at the most, whatever waits. What is
# beyond is dropped and counted; TCP sends it again, slower. Other traffic is not held back.
set -euo pipefail

nft -f - << RULES
table ip harbourline_rate
delete table ip harbourline_rate
table ip harbourline_rate {
  counter sent { }
  counter held_back { }
  chain output {
    type filter hook output priority filter; policy accept;
    ip daddr ${RECEIVER%:*} tcp dport ${RECEIVER#*:} jump bucket
  }
  chain bucket {
    # Some tens of packets at once: a minute's aggregates go without waiting.
    limit rate over $((RATE_BITS / 8)) bytes/second burst 65536 bytes counter name held_back drop
    counter name sent accept
  }
}
RULES
