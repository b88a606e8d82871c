#!/usr/bin/env bash
# The picture of the README. Usage: examples/draw_quickstart.sh PICTURE.svg RUN UNWEIGHTED-RUN
# The folders are those that jobs/quickstart.sh --compare trains. Left: the trained solution; middle: errors of both
# runs; right: the weights of the first. Needs gnuplot and h5dump.
set -eu

[ $# = 3 ] || { sed -n '2,4s/^# //p' "$0" >&2; exit 2; }
picture=$1 run=$2 unweighted=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
h5dump -d u -b LE -o "$scratch/u.raw" "$run/solution.h5" >/dev/null # 200 x 200 values of float64, x fastest

env -u GNUTERM gnuplot --default-settings <<PLOT
set terminal svg size 960,310 dynamic noenhanced font 'sans,12' background rgb 'white'
set output '$picture'
set multiplot layout 1,3
set bmargin 4
set tmargin 3
set lmargin 8
set rmargin 7

set title 'trained solution u(t, x)'
set xlabel 't'
set ylabel 'x' offset 1
set xrange [0:1]
set yrange [0:1]
set cbrange [-1.5:1.5]
set xtics 0.5
set ytics 0.5
set cbtics 1.5
set palette defined (-1.5 '#2166ac', 0 '#f7f7f7', 1.5 '#b2182b')
plot '$scratch/u.raw' binary array=(200,200) scan=yx dx=0.005 dy=0.005 format='%float64' every 2:2 with image notitle

set title 'relative L2 error'
set datafile separator ','
set xlabel 'steps'
unset ylabel
set lmargin 8
set rmargin 5
set autoscale
set xrange [0:40000]
set xtics ('0' 0, '20 000' 20000, '40 000' 40000)
set logscale y
set yrange [0.1:1.2]
set ytics (0.1, 0.2, 0.5, 1)
set grid ytics lc rgb '#dddddd'
set label 'without weights' at 38000,0.68 right textcolor rgb '#666666'
set label 'ntk-trace' at 18000,0.165 right textcolor rgb '#b2182b'
plot '$unweighted/history.csv' using 1:10 skip 1 with lines lw 2 lc rgb '#888888' notitle, \
  '$run/history.csv' using 1:10 skip 1 with lines lw 2 lc rgb '#b2182b' notitle

unset label
set title 'loss weights of ntk-trace'
set yrange [0.5:20000]
set ytics ('1' 1, '10' 10, '100' 100, '1000' 1000, '10 000' 10000)
set label 'u' at 38000,10000 right textcolor rgb '#b2182b'
set label 'u_t' at 38000,60 right textcolor rgb '#2166ac'
set label 'residual' at 38000,2 right textcolor rgb '#666666'
plot '$run/history.csv' using 1:7 skip 1 with lines lw 2 lc rgb '#b2182b' notitle, \
  '' using 1:8 skip 1 with lines lw 2 lc rgb '#2166ac' notitle, \
  '' using 1:6 skip 1 with lines lw 2 lc rgb '#888888' notitle
unset multiplot
PLOT
