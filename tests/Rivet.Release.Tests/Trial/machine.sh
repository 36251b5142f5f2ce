#!/bin/bash
# machine.sh ROOM SDK COMMAND…: runs COMMAND in this machine as it is, over which everything that is written lies apart in
# ROOM/changes: its own processes, its own network (loopback), no .NET SDK, no home folders, nothing in /run.
# Started by: unshare --mount --pid --net --ipc --uts --fork --kill-child --mount-proc
set -euo pipefail

room="$1" sdk="$2"
shift 2
mount -t tmpfs -o mode=0755 room "$room"
mkdir "$room/changes" "$room/work" "$room/machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$room/changes,workdir=$room/work" "$room/machine"
mount --rbind /dev "$room/machine/dev"
mount -t proc proc "$room/machine/proc"
for folder in /run /tmp /root /home "$sdk"; do
  [[ -d "$room/machine$folder" ]] && mount -t tmpfs -o mode=0755 hidden "$room/machine$folder"
done
chmod 1777 "$room/machine/tmp"
mkdir "$room/machine/run/trial"
mount --bind "$room/../packages" "$room/machine/run/trial"
# Where the programs are a build, the runtime alone is let in.
for part in host shared; do
  [[ -d "$room/../packages/dotnet/$part" ]] && mount --bind -o ro "$sdk/$part" "$room/machine/run/trial/dotnet/$part"
done
ip link set lo up

# What the trial left is listed after it, by what the overlay holds; "-" is a file that was removed.
chroot "$room/machine" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/nonexistent DEBIAN_FRONTEND=noninteractive "$@"
cd "$room/changes"
find . -type c -printf 'left: - /%P\n' -o -type f -printf 'left: /%P %U %m\n' | sort
find . -mindepth 1 \( -type d -o -type l \) -printf '%P\n' | while read -r path; do
  [[ -e "/$path" || -L "/$path" ]] || echo "left: /$path"
done
for file in passwd group shadow gshadow; do
  [[ -e "$room/changes/etc/$file" ]] && { diff "/etc/$file" "$room/changes/etc/$file" >/dev/null || echo "changed: /etc/$file"; }
done
exit 0
