#!/usr/bin/env bash
# A problem whose domain is a box without disks: the same bits on 1 and 3 ranks and after a restart on 2; what is outside
# is NaN in the solution and left out of the error without a warning; another domain is another problem.
. "$(dirname "$0")/train_checks.sh"
cat > p.lua << 'EOF'
local hole, corner = disk{ x=0.3, y=0.3, radius=0.2 }, disk{ x=1, y=1, radius=0.3 }
local function exact(p) return log((p.x - 0.3)^2 + (p.y - 0.3)^2)/2 end
return problem {
  inputs = { {"x", 0, 1}, {"y", 0, 1} }, outputs = { "u" }, exact = { u = exact },
  domain = box() - hole - corner,
  conditions = {
    { "residual", points = 200, on = interior(), equation = function(p) return p.u_xx + p.u_yy end },
    { "hole", points = 100, on = boundary(hole), equation = function(p) return p.u_x*p.nx + p.u_y*p.ny + 5 end },
    { "wall", points = 120, on = { boundary{x=0}, boundary{x=1}, boundary{y=0}, boundary{y=1}, boundary(corner) },
      equation = function(p) return p.u - exact(p) end },
  },
  network = { hidden = {12, 12} }, steps = 40, ntk = { every = 20, points = 20 },
}
EOF

run 1 train p.lua --log-every 5 --out whole
expect_code 0
expect_output "relative L2 error" "step 40/40"
[ ! -s "$scratch/err" ] || complain "warnings: $(cat "$scratch/err")"
run 3 train p.lua --log-every 5 --out three
expect_code 0
expect_same whole/history.csv three/history.csv
run 3 train p.lua --log-every 5 --steps 20 --out parts
expect_code 0
run 2 train p.lua --log-every 5 --resume --out parts
expect_code 0
expect_output "at step 20"
expect_same whole/history.csv parts/history.csv
run 2 show parts --text problem_identity
expect_output "domain box - disk { x=0.29999999999999999 y=0.29999999999999999 radius=0.20000000000000001 } - disk {" \
  "'hole' on boundary of disk { x=0.29"
for field in u u_exact u_error; do
  h5dump -d "/$field" whole/solution.h5 > field.txt
  nan=$(grep -oi nan field.txt | wc -l) # of 200 x 200 points: the disk and the quarter of one, 40000 (0.04 + 0.0225) pi
  [ "$nan" -gt 7600 ] && [ "$nan" -lt 8100 ] || complain "$nan points of $field are outside of the domain"
done

sed 's/radius=0.3/radius=0.25/' p.lua > other.lua
run 2 train other.lua --resume --out parts --steps 60
expect_code 3
expect_line "$scratch/err" "domain is box\(\) - disk\{x=0.3, y=0.3, radius=0.2\} - disk\{x=1, y=1, radius=0.3\} in the checkpoint"
finish
