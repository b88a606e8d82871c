-- A simply supported square plate under a sinusoidal load: a biharmonic equation, with mixed fourth derivatives.
--
--     u_xxxx + 2 u_xxyy + u_yyyy = 4 pi^4 sin(pi x) sin(pi y)  on [0,1]^2
--     u = 0 on all sides,   u_xx = 0 at x = 0 and 1,   u_yy = 0 at y = 0 and 1   (neither deflection nor moment)
--
-- Navier's solution is u = sin(pi x) sin(pi y). All equations are divided by the size of their terms, a power of pi.
-- Run: mpirun -n 2 ntkw train examples/plate.lua
local pi = math.pi
local function exact(p) return sin(pi*p.x)*sin(pi*p.y) end

return problem {
  inputs     = { {"x", 0, 1}, {"y", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "load", points = 200, on = interior(),
      equation = function(p) return (p.u_xxxx + 2*p.u_xxyy + p.u_yyyy)/pi^4 - 4*exact(p) end },
    { "deflection", points = 120, on = { boundary{x=0}, boundary{x=1}, boundary{y=0}, boundary{y=1} },
      equation = function(p) return p.u end },
    { "moment_x", points = 60, on = { boundary{x=0}, boundary{x=1} },
      equation = function(p) return p.u_xx/pi^2 end },
    { "moment_y", points = 60, on = { boundary{y=0}, boundary{y=1} },
      equation = function(p) return p.u_yy/pi^2 end },
  },
  network    = { hidden = {40, 40, 40}, scale_inputs = true },
  optimizer  = { "adam", rate = 2e-3, decay = {0.9, every = 500} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  steps      = 10000, seed = 1,
}
