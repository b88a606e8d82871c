-- u_t + u u_x + 0.022^2 u_xxx = 0 on (t, x) in [0,1] x [-1,1], a soliton of height 0.9 (Zabusky, Kruskal 1965, with the
-- constants of their paper); words between at-signs are filled in by cases.py.
local function soliton(p) return 0.9/cosh(12.448*(p.x + 0.4))^2 end

return problem {
  inputs     = { {"t", 0, 1}, {"x", -1, 1} },
  outputs    = { "u" },
  conditions = {
    { "residual", points = @residual@, on = interior(), equation = function(p) return p.u_t + p.u*p.u_x + 0.022^2*p.u_xxx end },
    { "initial",  points = @initial@, on = boundary{t=0}, equation = function(p) return p.u - soliton(p) end },
    { "walls",    points = @walls@, on = { boundary{x=-1}, boundary{x=1} }, equation = function(p) return p.u end },
  },
  resample   = 0,
  network    = { hidden = {@width@, @width@, @width@} },
  optimizer  = { "adam", rate = 1e-3 },
  weighting  = { "@rule@", @schedule@ },
  precision  = "@precision@",
}
