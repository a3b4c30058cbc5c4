#!/usr/bin/env bash
# Schemathesis against an installation that runs here: what /openapi.json says, held against what the API does. For one to throw away: it changes and deletes.
# usage: scripts/schemathesis.sh [--data FOLDER] [--address http://127.0.0.1:8080] [more options of `schemathesis run`]
# The program is taken from the PATH, or from PyPI into .goshawk/schemathesis. Options of the API should allow many requests (scripts/schemathesis.toml says which).
set -eu
cd "$(dirname "$0")/.."
address=http://127.0.0.1:8080 data=.goshawk/data
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift 2 ;;
    --address) address=$2; shift 2 ;;
    *) break ;;
  esac
done
program=$(command -v schemathesis) || program=.goshawk/schemathesis/bin/schemathesis
if [ ! -x "$program" ]; then
  if ! command -v python3 >/dev/null; then
    echo 'skipped: there is no Python 3 to run Schemathesis with'
    exit 0
  fi
  python3 -m venv .goshawk/schemathesis && .goshawk/schemathesis/bin/pip -q install schemathesis==4.32.5
fi
failed=0
# Who may do everything, who may do little, and what sends.
for roles in 'platform_admin admin engineer' viewer sensor; do
  token=$(for role in $roles; do printf -- '--role %s ' "$role"; done | xargs ./goshawk token --data "$data" --minutes 600)
  echo "== as $roles"
  # With a capital letter: it takes the header away, to see whether it is asked for, only where it is written so.
  "$program" --config-file scripts/schemathesis.toml run "$address/openapi.json" -H "Authorization: Bearer $token" "$@" || failed=1
done
exit $failed
