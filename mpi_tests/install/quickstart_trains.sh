#!/usr/bin/env bash
# quickstart_trains.sh SOURCE: jobs/quickstart.sh ends with a good solution, and names it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bash "$1/jobs/quickstart.sh" --out "$folder/run" >"$folder/log" || { cat "$folder/log"; exit 1; }
for part in "picture:    $folder/run/picture.png" "checkpoint: $folder/run/step-" "error with ntk-trace: 1.186e-01" "to continue: "; do
  grep -qF "$part" "$folder/log" || { echo "quickstart did not print: $part"; tail "$folder/log"; exit 1; }
done
