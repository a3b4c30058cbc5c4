#!/usr/bin/env bash
# A real OpenSearch or Elasticsearch for tests: the smallest distribution, fetched by Maven and unpacked into a folder. For GOSHAWK_OPENSEARCH and
# GOSHAWK_ELASTICSEARCH; needs Maven and unzip. OpenSearch 2 runs on Java 11 to 23, Elasticsearch 9 on Java 21 and later.
set -eu
product=${1:?usage: scripts/fetch-cluster.sh opensearch|elasticsearch FOLDER}
folder=$(mkdir -p "${2:?usage: scripts/fetch-cluster.sh opensearch|elasticsearch FOLDER}" && cd "$2" && pwd)
case $product in
  opensearch) group=org.opensearch version=2.19.6 ;;
  elasticsearch) group=org.elasticsearch version=9.1.0 ;;
  *) echo "No product: $product" >&2 && exit 2 ;;
esac
name=$product-$version
if [ ! -e "$folder/$name" ]; then
  mvn -q -B dependency:copy "-Dartifact=$group.distribution.integ-test-zip:$product:$version:zip" "-DoutputDirectory=$folder" >&2
  unzip -q "$folder/$name.zip" -d "$folder/unpacked" >&2
  mv "$folder/unpacked/$name" "$folder/"
  rm -r "$folder/unpacked" "$folder/$name.zip"
fi
echo "$folder/$name"
