#!/usr/bin/env bash
# Makes release/sluice-VERSION-PLATFORM.tar.gz for the machine that it runs on: the bundled program with the Node that `npm ci`
# installed, so that a machine without Node can run it. Unpack it anywhere and run `sluice/sluice`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

node=node_modules/node/bin/node
version=$("$node" -p 'require("./package.json").version')
platform=$("$node" -p '`${process.platform}-${process.arch}`')
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

npm run build --silent
mkdir -p "$scratch/sluice/bin" release
cp -r dist config collector.yaml package.json CHANGELOG.md LICENSE "$scratch/sluice/"
find "$scratch/sluice/dist" -name '*.map' -delete
cp bin/sluice.js "$node" "$scratch/sluice/bin/"
"$node" packaging/sbom.mjs "$scratch/sluice/sbom.cdx.json"
printf '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/bin/node" "$here/bin/sluice.js" "$@"\n' > "$scratch/sluice/sluice"
chmod +x "$scratch/sluice/sluice"

# It has to start before it is published.
"$scratch/sluice/sluice" --version
tar -czf "release/sluice-$version-$platform.tar.gz" -C "$scratch" sluice
echo "release/sluice-$version-$platform.tar.gz"
