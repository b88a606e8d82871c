# Sourced by the tests of ntkw train: checks.sh, and a small problem.
. "$(dirname "$0")/checks.sh"
cd "$scratch" || exit 1

# small_problem FILE [EDIT]: the wave problem on a small network, edited by a sed script.
small_problem() {
  sed "${2:-}" > "$1" <<'LUA'
local pi = math.pi
local function exact(p) return math.sin(pi*p.x)*math.cos(2*pi*p.t) end
return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 60, on = interior(), equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "u", points = 50, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} }, equation = function(p) return p.u - exact(p) end },
    { "u_t", points = 40, on = boundary{t=0}, equation = function(p) return p.u_t end },
  },
  network    = { hidden = {8, 8} },
  precision  = "float64",
  steps      = 40,
}
LUA
}

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
