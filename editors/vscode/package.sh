#!/usr/bin/env bash
# Builds the extension: ./package.sh [FILE.vsix]; `npm ci` first.
set -euo pipefail
cd "$(dirname "$0")"
out=${1:-benchwright.vsix}
npm run --silent check
npm run --silent build
# Named when it is run from a copy of this folder.
cp "${LICENSES:-../..}"/LICENSE-* .
trap 'rm -f LICENSE-*' EXIT
npx --no-install vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links --skip-license --out "$out"
