#!/bin/sh
# Installs a package into a fresh Debian and lets mail go through the server that its unit starts:
#
#   packaging/try.sh NEW.deb [OLD.deb]
#
# As root; needs debootstrap, curl and python3, and a Debian mirror. A network with five teams is
# made by `campanile demo`. One mail is taken while the next hop is down and its copies wait; then
# the package is upgraded from OLD to NEW (without OLD: the server is started again), every row has
# to be there still, the copies go, and a second mail follows. Two teams open what they get.
#
# The folder is removed at the end; KEEP=1 leaves it.
set -eu

[ $# -ge 1 ] || { sed -n '2,/^set /s/^# \{0,1\}//p' "$0"; exit 2; }
new=$1
first=${2:-$1}
home=/var/lib/campanile
unit=usr/lib/systemd/system/campanile.service
root=$(mktemp -d)
chmod 755 "$root"
server=
sink=

finish() {
    for pid in $server $sink; do kill "$pid" 2> /dev/null || true; done
    inside gpgconf --kill all 2> /dev/null || true
    umount "$root/proc" 2> /dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf "$root"
}
trap finish EXIT
trap 'exit 1' INT TERM

say() { echo "== $*"; }
fail() { echo "error: $*" >&2; [ ! -e "$root/log" ] || tail -20 "$root/log" >&2; exit 1; }

# As the user of the server, in the new system.
inside() {
    chroot --userspec=campanile:campanile "$root" env -i PATH=/usr/bin:/bin \
        "CAMPANILE_DIR=$home" GNUPGHOME=/tmp/demo/teams "$@"
}

eventually() {
    what=$1
    shift
    tries=0
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -le 300 ] || fail "never happened: $what"
        sleep 0.2
    done
}

install_package() {
    cp "$1" "$root/tmp/campanile.deb"
    chroot "$root" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y /tmp/campanile.deb \
        > "$root/apt.log" 2>&1 || { cat "$root/apt.log" >&2; fail "the package is not installed"; }
    chroot "$root" dpkg-query -W campanile
}

# The value of a key in a section of campanile.toml.
setting() {
    python3 -c 'import sys, tomllib
print(tomllib.load(open(sys.argv[1], "rb"))[sys.argv[2]][sys.argv[3]])' \
        "$root$home/campanile.toml" "$1" "$2"
}

# Starts what the unit says, with its environment and its mask.
start() {
    command=$(sed -n 's/^ExecStart=//p' "$root/$unit")
    environment=$(sed -n 's/^Environment=//p' "$root/$unit")
    mask=$(sed -n 's/^UMask=//p' "$root/$unit")
    say "starting: $environment $command"
    # shellcheck disable=SC2086  # Words of a command line.
    (umask "$mask" && exec chroot --userspec=campanile:campanile "$root" \
        env -i PATH=/usr/bin:/bin $environment $command >> "$root/log" 2>&1) &
    server=$!
    eventually "the server greets" curl -sf "smtp://$(setting smtp listen)" -X NOOP
}

stop() {
    kill -TERM "$server"
    wait "$server" || fail "the server ended with $?"
    server=
}

start_sink() {
    mkdir -p "$root/sink"
    python3 "$(dirname "$0")/sink.py" "$(setting relay port)" "$root/sink" &
    sink=$!
}

# Mail of a team, sealed by gpg as its mail program would.
post() {
    printf '%s\n' "$1" > "$root/tmp/text"
    inside gpg --batch --quiet --trust-model always --pinentry-mode loopback --passphrase '' \
        --armor --local-user cert@charlie.example --recipient alert@demo.example \
        --sign --encrypt --output - /tmp/text > "$root/armor"
    {
        printf '%s\n' 'From: cert@charlie.example' 'To: alert@demo.example' \
            "Date: $(date -R)" "Message-ID: <$(date +%s%N)@charlie.example>" 'Subject: ...' \
            'MIME-Version: 1.0' 'Content-Type: text/plain; charset=utf-8' ''
        cat "$root/armor"
    } | sed 's/$/\r/' > "$root/mail"
    curl -sf "smtp://$(setting smtp listen)" --mail-from cert@charlie.example \
        --mail-rcpt alert@demo.example --upload-file "$root/mail" || fail "the mail was not taken"
}

# Whether the queue has a number of waiting copies.
waiting() {
    inside campanile queue list --json | python3 -c 'import json, sys
rows = json.load(sys.stdin)
sys.exit(sum(r["state"] == "waiting" and r["kind"] == "copy" for r in rows) != int(sys.argv[1]))' "$1"
}

# Whether both teams with gpg have got a text, sealed for them.
arrived() {
    for team in charlie delta; do
        found=
        for copy in "$root"/sink/*-cert@$team.example; do
            [ -e "$copy" ] || continue
            sed -n '/BEGIN PGP MESSAGE/,/END PGP MESSAGE/p' "$copy" | tr -d '\r' > "$root/tmp/copy"
            inside gpg --batch --quiet --pinentry-mode loopback --passphrase '' \
                --try-secret-key "cert@$team.example" --decrypt /tmp/copy 2> /dev/null \
                | grep -qF "$1" && found=1
        done
        [ -n "$found" ] || return 1
    done
}

# Every row of every table, by the columns of the first time.
rows() { python3 "$(dirname "$0")/rows.py" "$1" "$root$home/campanile.db" "$root/rows.json"; }

say "a fresh Debian in $root"
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
debootstrap --variant=minbase --include=gnupg,openssl "$codename" "$root" > "$root.log" 2>&1 \
    || { tail -5 "$root.log" >&2; fail "debootstrap failed"; }
rm -f "$root.log"
mount -t proc proc "$root/proc"

say "installing $(basename "$first")"
install_package "$first"
[ "$(chroot "$root" stat -c '%U %a' "$home")" = 'campanile 700' ] || fail "$home is open"

say "a network with five teams"
(exec chroot --userspec=campanile:campanile "$root" env -i PATH=/usr/bin:/bin \
    campanile demo --dir /tmp/demo > "$root/demo.log" 2>&1) &
server=$!
eventually "the demo has proved itself" grep -q 'Ctrl-C' "$root/demo.log"
grep ' copies opened' "$root/demo.log"
kill -INT "$server"
wait "$server" || true
server=
mv "$root"/tmp/demo/data/* "$root$home/"
inside campanile list key export alert > "$root/tmp/list.asc"
inside gpg --batch --quiet --import /tmp/list.asc
echo 'RUST_LOG=info' >> "$root/etc/default/campanile"

say "a mail while the next hop is down"
start
post "first mail"
eventually "five copies wait" waiting 5
stop
rows keep

if [ "$first" != "$new" ]; then
    say "upgrading to $(basename "$new")"
    install_package "$new"
fi
inside campanile team list
rows compare
grep -q RUST_LOG=info "$root/etc/default/campanile" || fail "the administrator's file was replaced"

say "the copies that waited, and a second mail"
start_sink
start
eventually "ready" curl -sf "http://$(setting metrics listen)/readyz"
inside campanile queue retry
eventually "the first mail arrives" arrived "first mail"
post "second mail"
eventually "the second mail arrives" arrived "second mail"
eventually "ten copies" sh -c "[ \$(ls '$root/sink' | wc -l) = 10 ]"
eventually "nothing waits" waiting 0
curl -sf "http://$(setting metrics listen)/metrics" | grep -E '^campanile_copies_total.*delivered'
stop
if grep -rqF -e "first mail" -e "second mail" "$root$home" "$root/log"; then
    fail "plaintext lies on the disk"
fi

say "removing the package keeps the data"
chroot "$root" dpkg --purge campanile > "$root/apt.log" 2>&1 || fail "purge failed"
[ -e "$root$home/campanile.db" ] && [ ! -e "$root/usr/bin/campanile" ] || fail "not as it should be"
say "all well"
