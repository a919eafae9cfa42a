#!/usr/bin/env bash
# Installs, updates, checks or removes the agent on a service node. Run as root by the SSM document of agent/agent.ts, again
# and again: what is as it should be stays untouched.
#
# ROOT is empty on a node, and the document writes the configuration beside this file; tests set ROOT and CONFIGURATION.
set -euo pipefail
: "${ACTION:?}" "${ENVIRONMENT:?}" "${TIER:=agent}"
ROOT=${ROOT:-}
etc=$ROOT/etc/harbourline
data=$ROOT/var/lib/harbourline
program=$ROOT/opt/harbourline
units=$ROOT/etc/systemd/system
files=$(cd "$(dirname "$0")" && pwd)
export LOOPBACK_ADDRESS=127.0.0.1 DATA_DIRECTORY=$data TLS_DIRECTORY=$etc/tls TIER

. "$files/common.sh"
fail() { echo "harbourline: $*" >&2; exit 1; }

# Replaces a file where it differs; remembers that something changed.
changed=no
put() {
  if ! cmp -s "$1" "$2"; then
    install -D -m "${3:-0644}" "$1" "$2"
    changed=yes
    say "wrote ${2#"$ROOT"}"
  fi
  rm -f "$1"
}

check_node() {
  [ ! -e "$ROOT/usr/lib/systemd/system/harbourline-collector.service" ] ||
    fail 'this node has the package harbourline-agent. Take the tag off, or remove the package first.'
  local missing=()
  for tool in aws jq curl openssl unzip systemctl nft; do command -v "$tool" > /dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] || fail "this node lacks ${missing[*]}. On Amazon Linux: dnf install -y awscli-2 jq openssl unzip nftables"
  case $(uname -m) in
    aarch64) COLLECTOR=$COLLECTOR_ARM64 ;;
    x86_64) COLLECTOR=$COLLECTOR_AMD64 ;;
    *) fail "the agent is built for arm64 and x86-64, this node is $(uname -m). Use an instance of either, or do not tag this one." ;;
  esac
}

# The collector, where the installed one is of another version.
fetch_collector() {
  local key=${COLLECTOR##*/}
  [ "$(cat "$program/version" 2> /dev/null)" = "$key" ] && return
  local fresh
  fresh=$(mktemp -d)
  aws s3 cp --no-progress "$COLLECTOR" "$fresh/collector.zip" > /dev/null
  unzip -o -q "$fresh/collector.zip" -d "$fresh"
  "$fresh/otelcol-harbourline" --version > /dev/null || fail 'the collector that was fetched does not run: the installed one stays'
  put "$fresh/otelcol-harbourline" "$program/otelcol-harbourline" 0755
  echo "$key" > "$program/version"
  rm -rf "$fresh"
}

parameter() {
  aws ssm get-parameter --name "${PARAMETERS:=/harbourline/$ENVIRONMENT}/agent/$1" --query Parameter.Value --output text ||
    fail "the parameter $PARAMETERS/agent/$1 cannot be read: is the environment deployed, has this node's role the policy AgentNodePolicy?"
}

install_agent() {
  check_node
  id harbourline > /dev/null 2>&1 || useradd --system --home-dir /var/lib/harbourline --shell /sbin/nologin harbourline
  install -d -m 0755 "$etc" "$program" "$units"
  install -d -o harbourline -g harbourline -m 0750 "$data"

  # All that is needed is fetched before anything is replaced.
  local fresh endpoint secret
  fresh=$(mktemp -d)
  cp "${CONFIGURATION:-$files/agent.yaml}" "$fresh/collector.yaml"
  endpoint=$(parameter gateway-endpoint)
  secret=$(parameter certificate)
  fetch_collector

  printf 'AWS_REGION=%s\nLOOPBACK_ADDRESS=127.0.0.1\nDATA_DIRECTORY=/var/lib/harbourline\nTLS_DIRECTORY=/etc/harbourline/tls\nGATEWAY_ENDPOINT=%s\n' \
    "$AWS_REGION" "$endpoint" > "$fresh/collector.env"
  printf 'TIER=agent\nCERTIFICATE_SECRET=%s\nEGRESS_KILOBITS=%s\nPSEUDONYM_SECRET_ID=%s\n' "$secret" "$EGRESS_KILOBITS" "${PSEUDONYM_SECRET_ID:-}" > "$fresh/scripts.env"
  : > "$fresh/instance.env"
  CERTIFICATE_SECRET=$secret "$files/certificate.sh"

  # A configuration that the installed collector refuses never replaces one that works.
  local pseudonyms=()
  [ -z "${PSEUDONYM_SECRET_ID:-}" ] || pseudonyms=("$(cat "$etc/pseudonym.env")")
  env -i "${pseudonyms[@]}" AWS_REGION="$AWS_REGION" LOOPBACK_ADDRESS=127.0.0.1 DATA_DIRECTORY="$data" TLS_DIRECTORY="$etc/tls" GATEWAY_ENDPOINT="$endpoint" \
    "$program/otelcol-harbourline" validate --config "$fresh/collector.yaml" || fail 'the configuration is not valid: the one in use stays'

  put "$fresh/collector.yaml" "$etc/collector.yaml"
  put "$fresh/collector.env" "$etc/collector.env"
  put "$fresh/scripts.env" "$etc/scripts.env"
  put "$fresh/instance.env" "$etc/instance.env"
  for unit in harbourline-collector.service harbourline-bandwidth.service harbourline-certificate.{service,timer}; do
    cp "$files/$unit" "$fresh/$unit"
    put "$fresh/$unit" "$units/$unit"
  done
  cp "$files/bandwidth.sh" "$fresh/bandwidth.sh"
  put "$fresh/bandwidth.sh" "$program/bandwidth.sh" 0755
  # The node belongs to its services: what the agent may take is bounded, and its memory limiter goes by it.
  printf '[Service]\nMemoryMax=%sM\nEnvironment=GOMEMLIMIT=%sMiB\nCPUQuota=%s%%\n' "$MEMORY_MIB" "$GO_MEMORY_MIB" "$CPU_PERCENT" > "$fresh/limits.conf"
  put "$fresh/limits.conf" "$units/harbourline-collector.service.d/limits.conf"
  "$files/service-env.sh" > "$fresh/service.env"
  put "$fresh/service.env" "$etc/service.env"
  rm -rf "$fresh"

  if [ $changed = yes ] || ! systemctl is-active --quiet harbourline-collector harbourline-bandwidth; then
    systemctl daemon-reload
    systemctl enable --now harbourline-certificate.timer
    systemctl enable harbourline-collector harbourline-bandwidth
    systemctl restart harbourline-bandwidth
    systemctl restart harbourline-collector
    say 'restarted'
  fi
  verify
}

verify() {
  curl -sf --retry 30 --retry-delay 1 --retry-all-errors "http://127.0.0.1:${HEALTH_PORT:-13133}/" > /dev/null ||
    fail 'the agent does not become healthy: see journalctl -u harbourline-collector'
  say 'the agent works'
}

uninstall_agent() {
  # What waits in the queue goes to the gateways first, for a while.
  local deadline=$((SECONDS + ${QUEUE_SECONDS:-60}))
  until [ "$(queued || echo 0)" = 0 ] || [ $SECONDS -ge $deadline ]; do sleep 1; done
  for unit in harbourline-certificate.timer harbourline-collector.service harbourline-bandwidth.service; do systemctl disable --now "$unit" || true; done
  nft delete table inet harbourline || true
  rm -rf "$units"/harbourline-{collector,bandwidth,certificate}.* "$etc" "$data" "$program"/{otelcol-harbourline,version,bandwidth.sh}
  systemctl daemon-reload
  ! id harbourline > /dev/null 2>&1 || userdel harbourline
  say 'the agent is gone'
}

case $ACTION in
  install) install_agent ;;
  verify) verify ;;
  uninstall) uninstall_agent ;;
  *) fail "no such action: $ACTION. Use install, verify or uninstall." ;;
esac
