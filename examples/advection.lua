-- Advection around a circle with velocity 30, where plain networks fail (Krishnapriyan et al., NeurIPS 2021).
--
--     u_t + 30 u_x = 0  on t in [0,1], x in [0,2 pi] periodic,   u(0,x) = sin(x);   exact solution u = sin(x - 30 t)
--
-- The network gets cos(x) and sin(x) instead of x, so periodicity needs no condition. It gets random Fourier features
-- of these and of t, with high frequencies in t because the wave is fast, and low ones in x.
-- Run: mpirun -n 2 ntkw train examples/advection.lua
local c = 30
local function exact(p) return sin(p.x - c*p.t) end

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 2*math.pi} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 1000, on = interior(),
      equation = function(p) return 3*(p.u_t + c*p.u_x)/c end },
    { "initial", points = 100, on = boundary{t=0},
      equation = function(p) return p.u - exact(p) end },
  },
  network    = { hidden = {64}, activation = "sin", scale_inputs = true,
                 periodic = { x = 1 },
                 fourier  = { features = 128, scale = { t = 5, x = 0.3 } } },
  optimizer  = { "adam", rate = 5e-3, decay = {0.8, every = 500} },
  weighting  = "none",               -- the factor 3 weights the residual; the rules weight "initial" too much
  precision  = "float32",
  steps      = 6000, seed = 1,
}
