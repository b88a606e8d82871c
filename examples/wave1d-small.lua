-- The 1D wave problem of wave1d.lua with a network that trains on a laptop: three hidden layers of 100.
--
--     u_tt = 4 u_xx  on (t, x) in [0,1]^2,   u(t,0) = u(t,1) = 0,   u(0,x) = sin(pi x) + sin(4 pi x)/2,   u_t(0,x) = 0
--
-- Run:     mpirun -n 2 ntkw train examples/wave1d-small.lua
-- Compare: mpirun -n 2 ntkw train examples/wave1d-small.lua --weighting none
-- Its NTK: ntkw spectrum wave1d-small.run   (the picture is wave1d-small-spectrum.svg)
local pi = math.pi
local function exact(p) return sin(pi*p.x)*cos(2*pi*p.t) + 0.5*sin(4*pi*p.x)*cos(8*pi*p.t) end

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 300, on = interior(),
      equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "u", points = 300, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} },
      equation = function(p) return p.u - exact(p) end },
    { "u_t", points = 300, on = boundary{t=0},
      equation = function(p) return p.u_t end },
  },
  resample   = 1,
  network    = { hidden = {100, 100, 100}, activation = "tanh", init = "xavier", scale_inputs = true },
  optimizer  = { "adam", rate = 1e-3, decay = {0.9, every = 1000} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  ntk        = { steps = {0, 100, 1000, 10000, 40000}, points = 300 },
  steps      = 40000, seed = 1,
}
