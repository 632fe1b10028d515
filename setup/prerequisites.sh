#!/bin/sh
# Checks what only the system can give: Python 3.11+ with venv, and the OpenMP runtime LightGBM links to.
# Installs what is missing where that is permitted, else names it in one line to paste.
set -eu

python="${PYTHON:-python3}"
missing=""

if ! command -v "$python" >/dev/null 2>&1; then
    missing="$missing python3"
elif ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "Xinji needs Python 3.11 or newer; $python is $("$python" -V 2>&1). Point to another with: make PYTHON=python3.12 ..." >&2
    exit 1
fi
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
"$python" - >/dev/null 2>&1 <<'CHECK' || missing="$missing libgomp1"
import ctypes
ctypes.CDLL("libgomp.so.1")
CHECK

[ -z "$missing" ] && exit 0

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then as=""; elif sudo -n true >/dev/null 2>&1; then as="sudo"; else as="no"; fi
    if [ "$as" != "no" ]; then
        echo "Installing from the system's packages:$missing"
        # shellcheck disable=SC2086 # a list of package names
        $as apt-get update -qq && $as apt-get install -y -qq --no-install-recommends $missing && exit 0
    fi
    echo "Xinji needs$missing. Paste: sudo apt-get install -y$missing" >&2
else
    echo "Xinji needs$missing. Install them with your system's package manager (libgomp1 is GCC's OpenMP runtime)." >&2
fi
exit 1
