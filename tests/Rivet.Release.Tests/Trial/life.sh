#!/bin/bash
# life.sh FIRST SECOND FORM: a package's whole life on a machine. Each step that held prints a line "ok: …"; the first that did
# not ends it. FORM is "release" or "build": a build has no runtime of its own and no published chat.
set -euo pipefail

first="/run/trial/$1" second="/run/trial/$2" form="$3"
unit=/usr/lib/systemd/system/rivet.service
announcement=/var/lib/rivet-keys/announcement
server=

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1" >&2; exit 1; }
value() { sed -n "s/^$1=//p" "$unit"; }
install() { dpkg --force-unsafe-io -i "$1" 2>&1 | sed 's/^/  /'; }

# The server as its unit says: program, user, folders, environment, where its output goes; by hand, since there is no systemd.
start() {
  local environment
  mapfile -t environment < <(value Environment; grep -v '^#' /etc/rivet/rivet.conf | grep . || true)
  [[ "$form" == build ]] && environment+=("DOTNET_ROOT=/run/trial/dotnet")
  : > "$announcement"
  (
    cd "$(value WorkingDirectory)"
    umask "$(value UMask)"
    exec setpriv --reuid "$(value User)" --regid "$(value Group)" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
      env -i "${environment[@]}" "$(value ExecStart)" >"$announcement"
  ) &
  server=$!
  timeout 60 bash -c "until grep -q Ctrl-C $announcement; do kill -0 $server; sleep 0.05; done" || fail "the server did not start"
}

stop() {
  kill -TERM "$server"
  wait "$server" || fail "the server did not end well"
}

# as PERSON WORDS…: the installed client, by somebody who is nobody on this machine.
as() {
  local person="$1" home="/tmp/$1"
  shift
  local environment=(PATH=/usr/bin:/bin "HOME=$home" "RIVET_HOME=$home/rivet" LANG=C.UTF-8)
  [[ "$form" == build ]] && environment+=("DOTNET_ROOT=/run/trial/dotnet")
  [[ -d "$home" ]] || { mkdir -m 0700 "$home"; chown 64321:64321 "$home"; }
  setpriv --reuid 64321 --regid 64321 --clear-groups --no-new-privs env -i "${environment[@]}" rivet "$@"
}

command -v dotnet >/dev/null && fail "there is an SDK here"
ok "no dotnet on this machine"

install "$first"
[[ "$(stat -c '%a %U %G' /var/lib/rivet /var/lib/rivet-keys | sort -u)" == "700 rivet rivet" ]] || fail "the data folders are open"
[[ "$(find /usr/lib/rivet /etc/rivet /usr/bin/rivet ! -user root -o -perm /022 ! -type l | wc -l)" == 0 ]] || fail "somebody may change the programs"
dpkg --verify rivet | grep . && fail "dpkg misses something"
ok "installed; data for the server alone, programs for root alone"

start
[[ "$(awk '/^(Uid|CapEff|NoNewPrivs):/ {print $2}' "/proc/$server/status" | xargs)" == "$(id -u rivet) 0000000000000000 1" ]] || fail "the server has powers"
ok "runs as rivet, without a capability"
setpriv --reuid 64321 --regid 64321 --clear-groups cat "$announcement" >/dev/null 2>&1 && fail "everybody reads the code"
setpriv --reuid 64321 --regid 64321 --clear-groups ls /var/lib/rivet >/dev/null 2>&1 && fail "everybody reads the data"
ok "its code and its data are not everybody's"

as ana join "$(grep -o 'rivet://[^ ]*' "$announcement" | head -1)" --company "Copper & Ginkgo" --name Ana >/dev/null
invitation="$(as ana admin invite --name Bo --json | grep -o 'rivet://[^"]*')"
as bo join "$invitation" --name Bo >/dev/null
as ana new --with Bo >/dev/null
as ana send Bo "Hello, Bo. 你好！" >/dev/null
as bo read Ana | grep -F "Hello, Bo. 你好！" >/dev/null || fail "the message did not arrive"
ok "two people joined with the installed client, and one wrote to the other"
as ana --language zh-CN --help | grep -F "公司自己的服务器" >/dev/null || fail "the client speaks no Chinese"
ok "the client speaks both languages"

if [[ "$form" == release ]]; then
  fetch() { curl --silent --fail --show-error --cacert /var/lib/rivet/ca.pem "$@"; }
  fetch https://localhost:8443/chat/ | grep -F "<title" >/dev/null || fail "no chat"
  fetch -H 'Accept-Encoding: br' -o /dev/null -w '%header{content-encoding} %{size_download}\n' https://localhost:8443/chat/_framework/dotnet.native.wasm | grep -E '^br [0-9]{6,7}$' >/dev/null \
    || fail "the chat is not handed out in Brotli"
  ok "the chat is handed out, in Brotli"
fi

sed -i 's/^#RIVET_PORT=.*/RIVET_PORT=8444/' /etc/rivet/rivet.conf
stop
install "$second"
[[ "$(dpkg-query -W -f '${db:Status-Abbrev}${Version}' rivet)" == "ii $(dpkg-deb -f "$second" Version)" ]] || fail "not upgraded"
grep -qx RIVET_PORT=8444 /etc/rivet/rivet.conf || fail "the upgrade lost a setting"
start
grep -F "localhost:8444" "$announcement" >/dev/null || fail "the setting does not hold"
stop
sed -i 's/^RIVET_PORT=8444/#RIVET_PORT=8443/' /etc/rivet/rivet.conf
start
as bo send Ana "Still here." >/dev/null
as ana read Bo | grep -F "Still here." >/dev/null || fail "the message did not arrive after the upgrade"
stop
ok "upgraded in place: settings kept, the conversation goes on"

dpkg --remove rivet 2>&1 | sed 's/^/  /'
[[ ! -e /usr/lib/rivet && ! -e /usr/bin/rivet && ! -e "$unit" ]] || fail "programs are left"
[[ -e /etc/rivet/rivet.conf && -e /var/lib/rivet/rivet.db ]] || fail "removing took settings or data"
ok "removed; settings and data are there"

dpkg --purge rivet 2>&1 | tee /tmp/purge.log | sed 's/^/  /'
grep -F "/var/lib/rivet is left" /tmp/purge.log >/dev/null || fail "purge does not say where the data is"
[[ ! -e /etc/rivet ]] || fail "settings are left"
[[ "$(stat -c '%a %U' /var/lib/rivet /var/lib/rivet-keys | sort -u)" == "700 root" ]] || fail "the data is not root's"
getent passwd rivet && fail "the user is left"
ok "purged; the data is root's and said to be there"

install "$second"
start
as ana send Bo "Back again." >/dev/null
as bo read Ana | grep -F "Back again." >/dev/null || fail "the data was not taken up again"
stop
dpkg --purge rivet >/dev/null 2>&1
ok "installed again over what was left: the same company, the same conversation"
