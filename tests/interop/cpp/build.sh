#!/usr/bin/env bash
# Builds the C++ partner: `build.sh FOLDER` leaves `partner` in the folder, below the target directory.
set -euo pipefail

here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
tests="$here/../.."
mkdir -p -- "$1"
out="$(cd -- "$1" && pwd)"

schemas="$tests/../schema"
fixtures="$tests/fixtures"
include=(-I "$schemas" -I "$fixtures")
capnp compile "${include[@]}" --src-prefix="$fixtures" -oc++:"$out" \
  "$fixtures"/{partner,defaults,lists}.capnp
capnp compile "${include[@]}" --src-prefix="$schemas" -oc++:"$out" "$schemas/mp/proxy.capnp"

read -ra flags <<<"$(pkg-config --cflags --libs capnp-rpc)"
"${CXX:-g++}" -std=c++17 -Wall -Wextra -Werror -I "$out" -o "$out/partner" \
  "$here"/*.cpp "$out"/*.capnp.c++ "$out"/mp/*.capnp.c++ "${flags[@]}"
