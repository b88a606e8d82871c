-- The Korteweg-de Vries equation: a cosine steepens and begins to break up into solitons (Zabusky & Kruskal 1965).
--
--     u_t + u u_x + 0.022^2 u_xxx = 0  on t in [0,0.4], x in [-1,1] periodic,   u(0,x) = cos(pi x)
--
-- It has a third derivative. The reference is a spectral solution, computed by examples/reference/make_references.c.
-- Run: mpirun -n 2 ntkw train examples/kdv.lua
local pi, d = math.pi, 0.022

return problem {
  inputs     = { {"t", 0, 0.4}, {"x", -1, 1} },
  outputs    = { "u" },
  reference  = "reference/kdv.h5",
  conditions = {
    { "residual", points = 500, on = interior(),
      equation = function(p) return p.u_t + p.u*p.u_x + d^2*p.u_xxx end },
    { "initial", points = 100, on = boundary{t=0},
      equation = function(p) return p.u - cos(pi*p.x) end },
  },
  network    = { hidden = {64, 64, 64}, scale_inputs = true, periodic = { x = 2 } },
  optimizer  = { "adam", rate = 2e-3, decay = {0.9, every = 1000} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  steps      = 20000, seed = 1,
}
