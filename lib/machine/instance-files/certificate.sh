#!/usr/bin/env bash
# Fetches the tier's certificate, its key and whom it trusts; where there are pseudonyms, their secret; and a relay's second
# certificate, for the link. Run at first boot and every day by harbourline-certificate.timer.
set -euo pipefail
. "$(dirname "$0")/common.sh"
umask 077

if [ -n "${LINK_CERTIFICATE_SECRET:-}" ]; then
  # shellcheck disable=SC2097,SC2098 # it takes the value from before: bash expands from left to right
  CERTIFICATE_SECRET=$LINK_CERTIFICATE_SECRET TLS_DIRECTORY=$LINK_TLS_DIRECTORY LINK_CERTIFICATE_SECRET='' "$0"
fi

# The collector has it from its environment, which systemd reads as root; a new one counts from the next start.
if [ -n "${PSEUDONYM_SECRET_ID:-}" ]; then
  environment=$(dirname "$TLS_DIRECTORY")/pseudonym.env
  value=$(aws secretsmanager get-secret-value --secret-id "$PSEUDONYM_SECRET_ID" --query SecretString --output text)
  printf 'PSEUDONYM_SECRET=%s\n' "$value" > "$environment.new"
  unset value
  mv -f "$environment.new" "$environment"
fi

# How long the one in use is good, and how full the disk is, to the collector's receiver of its own metrics: before anything
# that may fail, since a certificate that is not renewed is what this is for. At first boot there is none yet.
gauge() { printf '{"name":"%s","gauge":{"dataPoints":[{"timeUnixNano":"%s","asInt":"%s"}]}}' "$1" "$(date +%s%N)" "$2"; }
report() {
  local until days disk
  until=$(openssl x509 -in "$TLS_DIRECTORY/certificate.pem" -noout -enddate | cut -d= -f2)
  days=$((($(date -d "$until" +%s) - $(date +%s)) / 86400))
  disk=$(df --output=pcent / | tr -dc 0-9)
  curl -sf -o /dev/null -H 'content-type: application/json' "http://$LOOPBACK_ADDRESS:4319/v1/metrics" -d \
    "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[$(gauge harbourline.certificate.days $days),$(gauge harbourline.disk.used "$disk")]}]}]}"
}
if [ -e "$TLS_DIRECTORY/certificate.pem" ] && [ -n "${LOOPBACK_ADDRESS:-}" ]; then report || say 'the collector takes no figure'; fi

secret=$(aws secretsmanager get-secret-value --secret-id "$CERTIFICATE_SECRET" --query SecretString --output text)
fresh=$(mktemp -d "$TLS_DIRECTORY.XXXXXX")
used=$(readlink "$TLS_DIRECTORY" || true)
trap 'rm -rf "$fresh"' EXIT
for part in certificate key authority; do jq -er ".$part" <<< "$secret" > "$fresh/$part.pem"; done
unset secret

# Nothing is replaced by what would not work. Collectors trust the authority that signed by itself, whoever signed that.
openssl verify -partial_chain -CAfile "$fresh/authority.pem" "$fresh/certificate.pem" > /dev/null
[ "$(openssl x509 -in "$fresh/certificate.pem" -noout -pubkey)" = "$(openssl pkey -in "$fresh/key.pem" -pubout)" ]

if [ -n "$used" ] && diff -rq "$fresh" "$used" > /dev/null; then
  say 'the certificate is the newest'
  exit 0
fi
new_authority=yes
if [ -n "$used" ] && cmp -s "$fresh/authority.pem" "$used/authority.pem"; then new_authority=no; fi
chown -R harbourline: "$fresh"

# All three at once: the collector must not meet a new certificate with an old key.
ln -s "$fresh" "$TLS_DIRECTORY.new"
mv -T "$TLS_DIRECTORY.new" "$TLS_DIRECTORY"
trap - EXIT
[ -z "$used" ] || rm -rf "$used"
say 'has a new certificate'

# The collector reads certificates again by itself, but whom a client trusts only when it starts. Its queue is on disk. A
# sampler is no client, and would lose the metrics since its last flush.
if [ "$new_authority" = yes ] && [ -n "$used" ] && [ "$TIER" != sampler ]; then
  systemctl try-restart harbourline-collector
fi
