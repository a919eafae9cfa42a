#!/usr/bin/env bash
# Makes the volume of the dead letters and mounts it, at the first boot: afterwards fstab does. Runs as root.
#
# A volume of their own, so that spans that the store refuses never take the room of the queue.
set -euo pipefail
device=/dev/sdf # what Amazon Linux links to the NVMe device
folder=/var/lib/harbourline-letters

blkid "$device" > /dev/null || mkfs.xfs -q "$device"
mkdir -p "$folder"
grep -q " $folder " /etc/fstab || echo "$device $folder xfs defaults,nofail 0 2" >> /etc/fstab
mountpoint -q "$folder" || mount "$folder"
chown harbourline: "$folder"
chmod 0700 "$folder"
