-- u_xx + u_yy + u = q on [-1,1]^2, u = 0 on the boundary (Wang, Teng, Perdikaris 2021); words between at-signs are filled
-- in by cases.py.
local pi = math.pi
local function source(p) return (1 - 17*pi^2)*sin(pi*p.x)*sin(4*pi*p.y) end

return problem {
  inputs     = { {"x", -1, 1}, {"y", -1, 1} },
  outputs    = { "u" },
  conditions = {
    { "residual", points = @residual@, on = interior(),
      equation = function(p) return p.u_xx + p.u_yy + p.u - source(p) end },
    { "walls", points = @walls@, on = { boundary{x=-1}, boundary{x=1}, boundary{y=-1}, boundary{y=1} },
      equation = function(p) return p.u end },
  },
  resample   = 0,
  network    = { hidden = {@width@, @width@, @width@} },
  optimizer  = { "adam", rate = 1e-3 },
  weighting  = { "@rule@", @schedule@ },
  precision  = "@precision@",
}
