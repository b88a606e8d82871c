# ntkw verify names what is wrong in a file and in a folder; ntkw train refuses a folder that another run has locked.
. "$(dirname "$0")/train_checks.sh"

small_problem wave.lua
run 2 train wave.lua --out a --checkpoint-every 20 --log-every 20
expect_code 0
[ ! -e a/lock ] || complain "the lock stays behind"

run 1 verify a
expect_code 0
expect_output "good     a/step-0000000020.h5" "good     a/step-0000000040.h5"
run 3 verify a/step-0000000040.h5
expect_code 0
printf 'x' | dd of=a/step-0000000020.h5 bs=1 seek=3000 conv=notrunc status=none
head -c 1000 a/step-0000000040.h5 > a/step-0000000030.h5
run 2 verify a
expect_code 4
expect_output "not good a/step-0000000020.h5 is damaged" "not good a/step-0000000030.h5 is truncated" \
  "good     a/step-0000000040.h5"
run 2 verify a/step-0000000020.h5
expect_code 4
mkdir empty
refused 4 2 verify empty --- "holds no checkpoint"
refused 2 1 verify --- "verify"

# A lock of this very shell, which lives
cat > a/lock << LOCK
ntkw-lock 1
host elsewhere
boot $(cat /proc/sys/kernel/random/boot_id)/$(readlink /proc/self/ns/pid)
pid $$
started $(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
job 
restart 0
since 1700000000
nonce 0123456789abcdef
heartbeat 0
end
LOCK
run 2 train wave.lua --out a --resume --steps 60 --lock-wait 0
expect_code 7
grep -q "held by process $$ on elsewhere since 2023-11-14" "$scratch/err" || complain "the holder is not named"
sed -i 's/^started .*/started 1/' a/lock
run 2 train wave.lua --out a --resume --steps 60 --lock-wait 0
expect_code 0
[ ! -e a/lock ] || complain "the stale lock stays behind"
finish
