#!/usr/bin/env bash
# Senders made by others, a Redis and an nginx, that tests run: packages of Debian, unpacked into a folder and not installed. For GOSHAWK_SENDERS; needs root, for apt's lock.
set -eu
folder=$(mkdir -p "${1:?usage: scripts/fetch-senders.sh FOLDER}" && cd "$1" && pwd)
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
mkdir "$packages/partial"
# In turns: rsyslog and syslog-ng exclude each other. What is installed already is left out.
for set in 'rsyslog rsyslog-gnutls rsyslog-elasticsearch rsyslog-kafka softflowd pmacct kcat' 'syslog-ng-core syslog-ng-mod-rdkafka' 'redis-server nginx'; do
  # shellcheck disable=SC2086
  apt-get -qq install --download-only -y --no-install-recommends -o "Dir::Cache::archives=$packages" $set >&2
done
for package in "$packages"/*.deb; do dpkg -x "$package" "$folder"; done
echo "$folder"
