#!/usr/bin/env bash
# Draws docs/imports.svg, the floors as they really are. Needs graphviz (dot).
set -euo pipefail
cd "$(dirname "$0")/.."
npx depcruise --no-config --ts-config tsconfig.json --ts-pre-compilation-deps --exclude 'node_modules|^[a-z_/:]+$' \
  --collapse '^(protocol|client/(sdk|command|bin)|contracts|shaders|coordinator/(core|edge)|web/(core|edge|app))/' \
  --output-type dot protocol shaders coordinator client web contracts | dot -T svg > docs/imports.svg
