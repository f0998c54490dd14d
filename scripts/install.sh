#!/bin/sh
# Installs the npm packages when they are missing or older than the lock file. Says so; does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."
command -v npm >/dev/null 2>&1 || { echo "Larder needs Node.js 20 or later with npm: install it, then run this again" >&2; exit 1; }
stamp=node_modules/.larder-installed
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then
  exit 0
fi
echo "Installing npm packages into node_modules (package-lock.json)"
# Not `npm ci`: it refuses a lock file in which a registry left out optional packages of other platforms. This installs the
# locked versions all the same, and changes no file.
npm install --no-save --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
