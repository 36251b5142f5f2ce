#!/bin/bash
# boot.sh ROOM SDK FIRST SECOND FORM: this machine as machine.sh has it, but with systemd as its first process and nothing else started
# than rivet.service and under-systemd.sh. What that says is in ROOM/../packages/said.
# Started in a cgroup of its own by: unshare --mount --pid --net --ipc --uts --cgroup --fork --kill-child --mount-proc
set -euo pipefail

room="$1" sdk="$2" first="$3" second="$4" form="$5"
machine="$room/machine"
mount -t tmpfs -o mode=0755 room "$room"
mkdir "$room/changes" "$room/work" "$machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$room/changes,workdir=$room/work" "$machine"

mount -t tmpfs -o mode=0755 devices "$machine/dev"
for device in null zero full random urandom tty; do
  touch "$machine/dev/$device"
  mount --bind "/dev/$device" "$machine/dev/$device"
done
mkdir "$machine/dev/shm" "$machine/dev/pts"
ln -s /proc/self/fd "$machine/dev/fd"
ln -s pts/ptmx "$machine/dev/ptmx"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$machine/dev/pts"
mount -t proc proc "$machine/proc"
mount -t sysfs -o ro sysfs "$machine/sys"
mount -t cgroup2 cgroup2 "$machine/sys/fs/cgroup"
for folder in /run /tmp /root /home "$sdk"; do
  [[ -d "$machine$folder" ]] && mount -t tmpfs -o mode=0755 hidden "$machine$folder"
done
chmod 1777 "$machine/tmp"
mount --bind "$room/../packages" "$machine/mnt"
for part in host shared; do
  [[ -d "$room/../packages/dotnet/$part" ]] && mount --bind -o ro "$sdk/$part" "$machine/mnt/dotnet/$part"
done
ip link set lo up

# Machines that are made as images forbid packages to start services; ours is an ordinary one.
rm -f "$machine/usr/sbin/policy-rc.d"

# Nothing of this machine's own start may run: it would set what is not apart, the kernel's settings among it.
rm -rf "$machine"/lib/systemd/system/*.wants "$machine"/etc/systemd/system/*.wants
printf '[Unit]\nDefaultDependencies=no\nWants=rivet.service under-systemd.service\n' >"$machine/etc/systemd/system/trial.target"
printf '[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/bash -c "bash /mnt/under-systemd.sh %s %s >/mnt/said 2>&1; exit 0"\nExecStartPost=/bin/systemctl --force --force exit\n' \
  "$second" "$form" >"$machine/etc/systemd/system/under-systemd.service"
chroot "$machine" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin dpkg --force-unsafe-io -i "/mnt/$first" >/dev/null
if [[ "$form" == build ]]; then echo DOTNET_ROOT=/mnt/dotnet >>"$machine/etc/rivet/rivet.conf"; fi

# Not chroot: in one, systemd cannot give a unit users of its own (PrivateUsers).
cd "$machine"
mkdir tmp/outside
pivot_root . tmp/outside
umount -l /tmp/outside
exec env -i container=trial PATH=/usr/sbin:/usr/bin /lib/systemd/systemd --unit=trial.target --log-target=console --show-status=no
