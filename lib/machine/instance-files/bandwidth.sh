#!/usr/bin/env bash
# Bounds what the agent sends, and measures it every minute. Root, because it needs the node's packet filter; it touches a
# table of its own and packets of the agent's user, nothing else. The limit stays when this program is stopped: the installer
# removes it.
#
# Beyond the limit packets are dropped before they leave the node: TCP slows down, and spans wait on disk.
set -euo pipefail
: "${EGRESS_KILOBITS:?}" "${LOOPBACK_ADDRESS:=127.0.0.1}" "${INTERVAL_SECONDS:=60}" "${AGENT_USER:=harbourline}"

# A packet may be 64 KiB before the network card cuts it: a smaller burst would let none of these through, ever.
limit() {
  nft -f - << END
add table inet harbourline
delete table inet harbourline
table inet harbourline {
  counter sent { }
  chain egress {
    type filter hook output priority filter; policy accept;
    oifname != "lo" meta skuid "$AGENT_USER" goto agent
  }
  chain agent {
    limit rate over $((EGRESS_KILOBITS * 1000 / 8)) bytes/second burst 131072 bytes drop
    counter name "sent"
  }
}
END
}

sent() { nft list counter inet harbourline sent | sed -n 's/.*bytes \([0-9]*\).*/\1/p'; }

# To the agent's receiver of its own metrics, as a gauge in kbit/s, with the node's name.
report() {
  curl -sf -o /dev/null -H 'content-type: application/json' --data-binary @- "http://$LOOPBACK_ADDRESS:4319/v1/metrics" << END
{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.instance.id","value":{"stringValue":"$(uname -n)"}}]},
"scopeMetrics":[{"metrics":[{"name":"harbourline.agent.egress","unit":"kbit/s","gauge":{"dataPoints":[
{"timeUnixNano":"$(date +%s%N)","asInt":"$1"}]}}]}]}]}
END
}

# In a function, so that all of it is read before a newer version takes this file's place.
main() {
  limit
  local before after since now
  before=$(sent)
  since=$(date +%s%N)
  while true; do
    sleep "$INTERVAL_SECONDS"
    after=$(sent)
    now=$(date +%s%N)
    # The agent may be away: the next figure counts.
    report $(((after - before) * 8 * 1000000 / (now - since))) || echo 'harbourline: the agent takes no figure'
    before=$after
    since=$now
  done
}
main
