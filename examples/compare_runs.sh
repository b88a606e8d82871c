#!/usr/bin/env bash
# Errors and loss weights of several runs in one picture. Usage: examples/compare_runs.sh PICTURE.svg RUN-FOLDER...
# Draws the history.csv of each folder of `ntkw train`: on top the error against the steps (the weighted loss if no run
# has an exact solution); below, for each run with weights, the weights of its conditions. Needs gnuplot.
set -eu

[ $# -ge 2 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
picture=$1
shift
fail() { echo "compare_runs: $*" >&2; exit 1; }
command -v gnuplot >/dev/null || fail "there is no gnuplot (Debian and Ubuntu: apt-get install gnuplot-nox)"
for folder in "$@"; do
  [ -r "$folder/history.csv" ] || fail "$folder/history.csv cannot be read; expected the folder of a run"
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# columns FILE PATTERN: number and name of the columns whose name matches, a line each; a name with a comma is in quotes.
columns() {
  head -n 1 "$1" |
    awk -F '"' '{ for (i = 1; i <= NF; i++) { if (i % 2) gsub(",", "\n", $i); printf "%s", $i } print "" }' |
    awk -v pattern="$2" '$0 ~ pattern { sub(/^[a-z]*:/, ""); print NR, $0 }'
}

# thinned FILE: about 400 rows, the last one included.
thinned() {
  awk -v all="$(wc -l <"$1")" 'NR == 1 || NR == all || (NR - 2) % (1 + int(all / 400)) == 0' "$1"
}

# values FILE COLUMN...: the distinct values of these columns.
values() {
  local file=$1 c
  shift
  for c in "$@"; do cut -d, -f"$c" "$file" | sed 1d; done | sort -u
}

measure='relative L2 error' wanted='^error$'
if ! cat "${@/%//history.csv}" | grep -q ',error$'; then measure=loss wanted='^total$'; fi
errors= panels= n=0 n_panels=1
for folder in "$@"; do
  n=$((n + 1))
  file=$scratch/$n.csv title=$(basename "$folder")
  thinned "$folder/history.csv" >"$file"
  read -r column _ < <(columns "$file" "$wanted") || column=
  [ -z "$column" ] || errors+="'$file' using 1:$column with lines lw 1.5 title '$title', "
  columns "$file" '^weight:' >"$scratch/columns"
  # shellcheck disable=SC2046 # numbers of columns
  [ "$(values "$file" $(awk '{ print $1 }' "$scratch/columns"))" != 1 ] || continue
  weights=
  while read -r c name; do
    weights+="'$file' using 1:$c with lines lw 1.5 title '$name', "
  done <"$scratch/columns"
  n_panels=$((n_panels + 1))
  panels+="set title 'weights, $title'
plot ${weights%, }
"
done
env -u GNUTERM gnuplot --default-settings <<PLOT
set terminal svg size 840,$((250 * n_panels)) dynamic noenhanced font 'sans,12' background rgb 'white'
set output '$picture'
set datafile separator ','
set logscale y
set format y '%.0e'
set lmargin 9
set rmargin 36
set key outside right
set xlabel 'steps'
set multiplot layout $n_panels,1
set title '$measure'
plot ${errors%, }
$panels
unset multiplot
PLOT
