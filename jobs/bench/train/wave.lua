-- u_tt = 4 u_xx on (t, x) in [0,1]^2 (Wang, Yu, Perdikaris 2022); words between at-signs are filled in by cases.py.
local pi = math.pi

return problem {
  inputs     = { {"t", 0, 1}, {"x", 0, 1} },
  outputs    = { "u" },
  conditions = {
    { "residual", points = @residual@, on = interior(),                     equation = function(p) return p.u_tt - 4*p.u_xx end },
    { "initial",  points = @initial@, on = boundary{t=0},                   equation = function(p) return p.u - sin(pi*p.x) - 0.5*sin(4*pi*p.x) end },
    { "velocity", points = @initial@, on = boundary{t=0},                   equation = function(p) return p.u_t end },
    { "walls",    points = @walls@, on = { boundary{x=0}, boundary{x=1} },  equation = function(p) return p.u end },
  },
  resample   = 0,
  network    = { hidden = {@width@, @width@, @width@} },
  optimizer  = { "adam", rate = 1e-3 },
  weighting  = { "@rule@", @schedule@ },
  precision  = "@precision@",
}
