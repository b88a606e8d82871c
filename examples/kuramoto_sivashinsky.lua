-- The Kuramoto-Sivashinsky equation for a short time, before a front forms. It has a fourth derivative.
--
--     u_t + a u u_x + b u_xx + c u_xxxx = 0  on t in [0,0.05], x in [0,2 pi] periodic,   u(0,x) = cos(x) (1 + sin(x))
--     a = 100/16, b = 100/16^2, c = 100/16^4   (the regime of Wang, Sankaran, Wang, Perdikaris, arXiv:2308.08468)
--
-- The reference is a spectral solution, computed by examples/reference/make_references.c.
-- Run: mpirun -n 2 ntkw train examples/kuramoto_sivashinsky.lua
local a, b, c = 100/16, 100/16^2, 100/16^4

return problem {
  inputs     = { {"t", 0, 0.05}, {"x", 0, 2*math.pi} },
  outputs    = { "u" },
  reference  = "reference/kuramoto_sivashinsky.h5",
  conditions = {
    { "residual", points = 400, on = interior(),
      equation = function(p) return (p.u_t + a*p.u*p.u_x + b*p.u_xx + c*p.u_xxxx)/10 end },
    { "initial", points = 100, on = boundary{t=0},
      equation = function(p) return p.u - cos(p.x)*(1 + sin(p.x)) end },
  },
  network    = { hidden = {64, 64, 64}, scale_inputs = true, periodic = { x = 3 } },
  optimizer  = { "adam", rate = 1e-3, decay = {0.9, every = 1000} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  steps      = 20000, seed = 1,
}
