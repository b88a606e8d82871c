-- Helmholtz' equation in two dimensions, with a source that gives a known solution.
--
--     u_xx + u_yy + k^2 u = q  on [-1,1]^2,   u = 0 on the boundary
--     q = (k^2 - pi^2 - (4 pi)^2) u,   exact solution u = sin(pi x) sin(4 pi y),   k = 1
--
-- The problem of Wang, Teng, Perdikaris (SIAM J. Sci. Comput. 43, 2021, A3055). The two second derivatives
-- travel through the network as one stream (the forward Laplacian).
-- Run: mpirun -n 2 ntkw train examples/helmholtz2d.lua
local pi, k = math.pi, 1
local function exact(p) return sin(pi*p.x)*sin(4*pi*p.y) end
local function source(p) return (k^2 - pi^2 - (4*pi)^2)*exact(p) end

return problem {
  inputs     = { {"x", -1, 1}, {"y", -1, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 512, on = interior(),
      equation = function(p) return p.u_xx + p.u_yy + k^2*p.u - source(p) end },
    { "boundary", points = 256, on = { boundary{x=-1}, boundary{x=1}, boundary{y=-1}, boundary{y=1} },
      equation = function(p) return p.u end },
  },
  network    = { hidden = {64, 64, 64}, scale_inputs = true },
  optimizer  = { "adam", rate = 1e-3, decay = {0.9, every = 1000} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",
  steps      = 20000, seed = 1,
}
