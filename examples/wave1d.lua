-- The 1D wave problem of Wang, Yu, Perdikaris (J. Comput. Phys. 449, 2022, 110768): u_tt = 4 u_xx on [0,1]^2
local pi = math.pi
local function exact(p) return sin(pi*p.x)*cos(2*pi*p.t) + 0.5*sin(4*pi*p.x)*cos(8*pi*p.t) end

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 300, on = interior(),                                       equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "u",        points = 300, on = { boundary{t=0}, boundary{x=0}, boundary{x=1} },  equation = function(p) return p.u - exact(p) end },
    { "u_t",      points = 300, on = boundary{t=0},                                    equation = function(p) return p.u_t end },
  },
  resample   = 1,                    -- new points every step
  network    = { hidden = {500, 500, 500}, activation = "tanh", init = "xavier", scale_inputs = true },
  optimizer  = { "adam", rate = 1e-3, decay = {0.9, every = 1000} },
  weighting  = { "ntk-trace", update_every = 100, alpha = 0 },
  precision  = "float32",            -- default float64
  steps      = 80000, seed = 1,
}
