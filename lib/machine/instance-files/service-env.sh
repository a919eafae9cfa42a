#!/usr/bin/env bash
# Prints the environment file of this node's services. ALLOWED_KEYS is empty where every key is let through.
set -euo pipefail
: "${ENVIRONMENT:?}" "${SECURITY_LEVEL:?}" "${ALLOWED_KEYS=}"

sed "s/@ENVIRONMENT@/$ENVIRONMENT/; s/@LEVEL@/$SECURITY_LEVEL/; s/@ALLOWED_KEYS@/$ALLOWED_KEYS/" "$(dirname "$0")/service.env"
