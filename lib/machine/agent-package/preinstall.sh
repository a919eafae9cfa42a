#!/bin/sh
# Before anything is unpacked: refuses a system on which the agent would not run, with everything that is wrong at once.
# dpkg and rpm refuse another architecture themselves, unless they are forced. For any shell: rpm runs it with sh.
set -eu
wanted='@MACHINE@'
ROOT=${ROOT:-}
problems=
add() {
  problems="$problems
  $1"
}
machine=$(uname -m)
[ "$machine" = "$wanted" ] ||
  add "this server is $machine and the package is for $wanted: the collector would not run. Take the package of the other architecture; there are x86_64 and aarch64."
version=$({ systemctl --version 2> /dev/null || true; } | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
if [ -z "$version" ]; then
  add 'there is no systemd: the agent, its limit and its certificate are units. Use the container image (docs/agent.md).'
elif [ "$version" -lt 239 ]; then
  add "systemd is $version: what confines the agent takes 239 or newer (RHEL 8, Debian 10, Ubuntu 20.04, Amazon Linux 2023)."
fi
if [ -e "$ROOT/etc/systemd/system/harbourline-collector.service" ]; then
  add "/etc/systemd/system/harbourline-collector.service: State Manager has installed an agent here. Take the node's tag off and run the document with action=uninstall first."
fi
if [ -n "$problems" ]; then
  echo "harbourline-agent is not installed:$problems" >&2
  exit 1
fi
