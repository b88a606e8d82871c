# Sourced by the tests of ntkw train: checks.sh, and a small problem.
. "$(dirname "$0")/checks.sh"
. "$(dirname "$0")/../harness/wave.sh"
cd "$scratch" || exit 1

# small_problem FILE [EDIT]: the wave problem on a small network, edited by a sed script.
small_problem() { wave_problem 60 '8, 8' float64 40 | sed "${2:-}" > "$1"; }

# A file has this line, as an extended regular expression.
expect_line() {
  checks=$((checks + 1))
  grep -qE -- "$2" "$1" || complain "expected a line like /$2/ in $1"
}

# Two files are equal in every byte.
expect_same() {
  checks=$((checks + 1))
  cmp -s "$1" "$2" || complain "$1 and $2 differ"
}
