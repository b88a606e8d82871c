-- Advection around a circle with velocity 30, where plain networks fail (Krishnapriyan et al., NeurIPS 2021).
--
--     u_t + 30 u_x = 0  on t in [0,1], x in [0,2 pi] periodic,   u(0,x) = sin(x);   exact solution u = sin(x - 30 t)
--
-- x is seen as cos(x) and sin(x), so that periodicity needs no condition; random Fourier features of these and of t, with
-- high frequencies in t and low ones in x, let the network see how fast the wave passes.
-- Run: mpirun -n 2 ntkw train examples/advection.lua
local c = 30
local function exact(p) return sin(p.x - c*p.t) end

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 2*math.pi} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 500, on = interior(),
      equation = function(p) return (p.u_t + c*p.u_x)/c end },
    { "initial", points = 100, on = boundary{t=0},
      equation = function(p) return p.u - exact(p) end },
  },
  network    = { hidden = {64, 64, 64}, scale_inputs = true,
                 periodic = { x = 1 },
                 fourier  = { features = 64, scale = { t = 10, x = 1 } } },
  optimizer  = { "adam", rate = 1e-3, decay = {0.9, every = 500} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  steps      = 10000, seed = 1,
}
