#!/usr/bin/env bash
# A real OpenSearch for tests: its minimal distribution, fetched by Maven and unpacked into a folder. For GOSHAWK_OPENSEARCH; needs Maven, unzip and Java 11 to 21.
set -eu
folder=$(mkdir -p "${1:?usage: scripts/fetch-opensearch.sh FOLDER}" && cd "$1" && pwd)
version=2.19.6
if [ ! -e "$folder/opensearch-$version" ]; then
  mvn -q -B dependency:copy "-Dartifact=org.opensearch.distribution.integ-test-zip:opensearch:$version:zip" "-DoutputDirectory=$folder" >&2
  unzip -q "$folder/opensearch-$version.zip" -d "$folder/unpacked" >&2
  mv "$folder/unpacked/opensearch-$version" "$folder/"
  rm -r "$folder/unpacked" "$folder/opensearch-$version.zip"
fi
echo "$folder/opensearch-$version"
