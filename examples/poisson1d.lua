-- Poisson's equation in one dimension. Most keys here have defaults; docs/problem-files.md lists all keys.
--
--     u_xx = -(a pi)^2 sin(a pi x)  on [0,1],   u(0) = u(1) = 0;   exact solution u = sin(a pi x)
--
-- The 1D Poisson problem of Wang, Yu, Perdikaris (J. Comput. Phys. 449, 2022, 110768), there with a = 1, 2, 4.
-- Run: mpirun -n 2 ntkw train examples/poisson1d.lua
local a = 4
local k = a*math.pi
local function exact(p) return sin(k*p.x) end

return problem {
  inputs     = { {"x", 0, 1} },                        -- name, from, to
  outputs    = { "u" },
  conditions = {                                       -- loss: mean of the squared equation over the points
    { "residual", points = 100, on = interior(),
      equation = function(p) return p.u_xx + k^2*sin(k*p.x) end },
    { "boundary", points = 2, on = { boundary{x=0}, boundary{x=1} },
      equation = function(p) return p.u - exact(p) end },
  },
  network    = { hidden = {64, 64},
                 activation = "tanh",                  -- default; or "sin"
                 init = "xavier",                      -- default; or "ntk"
                 scale_inputs = true },                -- default false
  exact      = { u = exact },                          -- default: none, and no error is printed
  resample   = 1,                                      -- default: new points every step; 0: the same points
  optimizer  = { "adam", rate = 1e-3,                  -- default, with beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8
                 decay = {0.9, every = 1000} },        -- default: none
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },  -- default: mean-ntk-trace, with these numbers
  precision  = "float64",                              -- default; or "float32"
  steps      = 40000,                                  -- default 10000
  seed       = 1,                                      -- default
  lanes      = 64,                                     -- default
  lane_rows  = 128,                                    -- default
}
