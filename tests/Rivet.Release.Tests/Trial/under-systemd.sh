#!/bin/bash
# under-systemd.sh SECOND FORM: what systemd makes of the installed unit. A line "ok: …" for each step that held.
set -euo pipefail

second="/mnt/$1" form="$2"
announcement=/var/lib/rivet-keys/announcement

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1"; systemctl status rivet --no-pager; exit 1; }
process() { systemctl show rivet --property MainPID --value; }
until_true() { timeout 60 bash -c "until $1; do sleep 0.05; done" || fail "waited for: $1"; }
as() {
  local person="$1" home="/tmp/$1"
  shift
  local environment=(PATH=/usr/bin:/bin "HOME=$home" "RIVET_HOME=$home/rivet" LANG=C.UTF-8)
  [[ "$form" == build ]] && environment+=("DOTNET_ROOT=/mnt/dotnet")
  [[ -d "$home" ]] || { mkdir -m 0700 "$home"; chown 64321:64321 "$home"; }
  setpriv --reuid 64321 --regid 64321 --clear-groups --no-new-privs env -i "${environment[@]}" rivet "$@"
}

until_true "grep -q Ctrl-C $announcement"
[[ "$(systemctl is-active rivet)" == active ]] || fail "not active"
ok "systemd runs the server"
[[ "$(awk '/^(Uid|CapEff|NoNewPrivs|Seccomp):/ {print $2}' "/proc/$(process)/status" | xargs)" == "$(id -u rivet) 0000000000000000 1 2" ]] || fail "the server has powers"
[[ "$(stat -c '%a %U' "$announcement")" == "600 root" ]] || fail "the announcement is open"
ok "as rivet, without a capability, behind a filter of system calls"

as ana join "$(grep -o 'rivet://[^ ]*' "$announcement" | head -1)" --company "Copper & Ginkgo" --name Ana >/dev/null
as bo join "$(as ana admin invite --name Bo --json | grep -o 'rivet://[^"]*')" --name Bo >/dev/null
as ana new --with Bo >/dev/null
as ana send Bo "Hello." >/dev/null
as bo read Ana | grep -F "Hello." >/dev/null || fail "the message did not arrive"
ok "people talk through it"

killed="$(process)"
kill -KILL "$killed"
until_true "[[ \$(systemctl show rivet --property MainPID --value) != @($killed|0) && \$(systemctl is-active rivet) == active ]] && grep -q Ctrl-C $announcement"
ok "started again after it was killed"

before="$(process)"
dpkg --force-unsafe-io -i "$second" >/dev/null
[[ "$(process)" != "$before" && "$(systemctl is-active rivet)" == active ]] || fail "an upgrade left the old server running"
until_true "grep -q Ctrl-C $announcement"
as bo send Ana "After the upgrade." >/dev/null
as ana read Bo | grep -F "After the upgrade." >/dev/null || fail "the message did not arrive after the upgrade"
ok "an upgrade stops it and starts the next"

last="$(process)"
dpkg --purge rivet >/dev/null 2>&1
[[ ! -e "/proc/$last" && "$(systemctl show rivet --property LoadState --value)" == not-found ]] || fail "purge left the server running"
ok "purge stops it, and systemd knows it no more"
