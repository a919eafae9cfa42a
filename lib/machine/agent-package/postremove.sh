#!/bin/sh
# After removal. `apt purge` and `rpm --erase` leave nothing; `apt remove` keeps settings, certificate and queue.
set -eu
case ${1:-} in
  purge | 0)
    rm -rf /etc/harbourline /var/lib/harbourline /opt/harbourline /usr/lib/systemd/system/harbourline-*.service.d \
      /var/lib/systemd/timers/stamp-harbourline-*
    ! id harbourline > /dev/null 2>&1 || userdel harbourline
    ;;
esac
! command -v systemctl > /dev/null || systemctl daemon-reload || true
