#!/bin/sh
# Installs the npm packages when they are missing or older than the lock file. Says so; does nothing when all is there.
# Before that it tells what the named targets of make will miss: the scripts look more closely, but only after the packages.
set -eu
cd "$(dirname "$0")/.."
has() { command -v "$1" >/dev/null 2>&1; }
missing=
miss() { echo "$1" >&2; missing=yes; }

has npm || miss "Larder needs Node.js 20 or later with npm: install it, then run this again"
cache=${LARDER_CACHE:-$HOME/.cache/larder}
for target in "$@"; do
  case $target in demo | local | bench | test) ;; *) continue ;; esac
  if [ -z "${LARDER_TEST_KUBECONFIG:-}${KUBEBUILDER_ASSETS:-}" ] && ! has go && ! has kube-apiserver && ! has kind &&
    ! ls "$cache"/kubernetes-* >/dev/null 2>&1; then
    miss "No Kubernetes control plane was found, and none can be built. Go is not on PATH. Any one of these helps:
$(cat controlplane/ways-out.txt)"
  fi
  if [ "$target" = test ] && ! has python3; then
    miss "The boto3 suite found no python3: install Python 3.9 or later with venv (on Debian and Ubuntu: python3 and python3-venv), then run this again"
  fi
done
[ -z "$missing" ] || exit 1

stamp=node_modules/.larder-installed
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
  exit 0
fi
echo "Installing npm packages into node_modules (package-lock.json)"
# Not `npm ci`: it refuses a lock file in which a registry left out optional packages of other platforms. This installs the
# locked versions all the same, and changes no file.
npm install --no-save --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
