-- A run that every later version reads, shows, and goes on with in the same bits.
local pi = math.pi
local function exact(p) return math.exp(-p.t)*math.sin(pi*p.x) end

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  exact      = { u = exact },
  conditions = {
    { "residual", points = 60, on = interior(), equation = function(p) return p.u_t - p.u_xx/pi^2 end },
    { "walls",    points = 20, on = { boundary{x=0}, boundary{x=1} }, equation = function(p) return p.u end },
    { "start",    points = 20, on = boundary{t=0}, equation = function(p) return p.u - exact(p) end },
  },
  network    = { hidden = {10, 7}, activation = "tanh", scale_inputs = true },
  optimizer  = { "adam", rate = 5e-3, decay = {0.9, every = 10} },
  weighting  = { "mean-ntk-trace", update_every = 10, alpha = 0.5 },
  ntk        = { every = 20, points = 12 },
  steps      = 40,
  seed       = 7,
}
