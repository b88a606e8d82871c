# Sourced by the shell tests that train: the wave problem, and what its checkpoints hold.

# wave_problem POINTS HIDDEN PRECISION STEPS: the text of the problem. POINTS is the residual's number; the others have fewer.
wave_problem() {
  cat <<LUA
local pi = math.pi
local function exact(p) return math.sin(pi*p.x)*math.cos(2*pi*p.t) end
return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = $1, on = interior(), equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "u", points = $(($1 * 5 / 6)), on = { boundary{t=0}, boundary{x=0}, boundary{x=1} }, equation = function(p) return p.u - exact(p) end },
    { "u_t", points = $(($1 * 2 / 3)), on = boundary{t=0}, equation = function(p) return p.u_t end },
  },
  network    = { hidden = {$2} },
  precision  = "$3",
  steps      = $4,
}
LUA
}

# quick_problem STEPS: one of some 1000 steps a second.
quick_problem() { wave_problem 120 '24, 24, 24' float32 "$1"; }

# newest_step DIR: of the checkpoints in a folder; nothing if there is none.
newest_step() { ls "$1" 2>/dev/null | sed -nE 's/^step-0*([0-9]+)\.h5$/\1/p' | sort -n | tail -n 1; }

# same_state A B: the arrays of two checkpoints, bit by bit; a sentence for each that differs, and then 1. Leaves a.raw
# and b.raw in the working directory.
same_state() {
  local array differ=0
  for array in parameters adam_moment1 adam_moment2 weights history; do
    if ! { h5dump -d $array -b LE -o a.raw "$1" && h5dump -d $array -b LE -o b.raw "$2"; } >/dev/null; then
      echo "h5dump cannot read $array of $1 or $2"
      differ=1
    elif ! { [ -s a.raw ] && cmp a.raw b.raw; }; then
      echo "$array of $1 differs from $2"
      differ=1
    fi
  done
  return $differ
}
