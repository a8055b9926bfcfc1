#!/bin/sh
# Install the Debian packages that building and testing mpy needs. Only missing ones are installed, so a second run does
# nothing. Uses sudo when not root; on a system without apt-get it prints the list and stops.
packages="gcc libc6-dev make pkg-config bash diffutils re2c lemon check libgmp-dev libutf8proc-dev libpcre2-dev
libssl-dev nettle-dev libb2-dev zlib1g-dev libreadline-dev unicode-data clang-format"

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup.sh: this system has no apt-get; please install by hand what Debian calls:" >&2
    echo $packages | fold -s -w 100 | sed 's/^/    /' >&2
    exit 1
fi

missing=
for package in $packages; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "setup.sh: not root and no sudo; please install:$missing" >&2
        exit 1
    fi
fi

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
echo "setup.sh: installing$missing"
if ! $as_root apt-get -q update >"$log" 2>&1 ||
    ! $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing \
        >>"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    echo "setup.sh: apt-get failed" >&2
    exit 1
fi
