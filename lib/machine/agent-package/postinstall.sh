#!/bin/sh
# After unpacking: user and folders. A first installation waits for `harbourline-agent enrol`; an upgrade goes on with the
# queue, certificate and settings that are there.
set -eu
if ! id harbourline > /dev/null 2>&1; then
  systemd-sysusers /usr/lib/sysusers.d/harbourline.conf ||
    useradd --system --home-dir /var/lib/harbourline --shell /sbin/nologin harbourline
fi
install -d -m 0755 /etc/harbourline
install -d -o harbourline -g harbourline -m 0750 /var/lib/harbourline
if [ -e /etc/harbourline/scripts.env ]; then
  systemctl daemon-reload
  systemctl try-restart harbourline-bandwidth harbourline-collector
else
  echo 'harbourline: now enrol this server: harbourline-agent enrol --help'
fi
