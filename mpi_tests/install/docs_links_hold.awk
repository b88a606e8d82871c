# Arguments: a list of all files and folders, pass=1, Markdown pages, pass=2, the same pages. Prints a line for each link
# to a file or heading, and for each name of a source file or folder, that does not exist.

# The anchor that a heading gets.
function anchor_of(heading) {
  heading = tolower(heading)
  gsub(/[^a-z0-9 _-]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}

# folder/../name -> name
function resolved(path) {
  while (sub(/^\.\//, "", path) || sub(/\/\.\//, "/", path)) continue
  while (sub(/[^\/.]+\/\.\.\//, "", path)) continue
  sub(/\/$/, "", path)
  return path
}

function fault(text) { print FILENAME ":" FNR ": " text }

function check_link(target, page, anchor, folder) {
  if (target ~ /^[a-z]+:/) return
  page = target
  anchor = ""
  if (match(target, /#/)) {
    page = substr(target, 1, RSTART - 1)
    anchor = substr(target, RSTART + 1)
  }
  folder = FILENAME
  if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
  page = page == "" ? FILENAME : resolved(folder "/" page)
  if (!(page in exists)) fault("the link " target " leads nowhere")
  else if (anchor != "" && !((page, anchor) in headings)) fault("the link " target " names no heading of " page)
}

# A path may begin in any folder: weighting/rules stands for src/weighting/rules.
function check_name(name, pattern, path) {
  sub(/\/$/, "", name)
  if (name ~ /\*/) {
    pattern = name
    gsub(/\./, "\\.", pattern)
    gsub(/\*/, "[^/]*", pattern)
    for (path in ending) if (path ~ ("^" pattern "$")) return
  } else if (name in ending) return
  fault("there is no " name)
}

# before{a,b}behind -> check_name(beforeabehind), check_name(beforebbehind)
function check_names(name, n, parts, k, before, behind) {
  if (!match(name, /\{[^{}]*\}/)) { check_name(name); return }
  before = substr(name, 1, RSTART - 1)
  behind = substr(name, RSTART + RLENGTH)
  n = split(substr(name, RSTART + 1, RLENGTH - 2), parts, ",")
  for (k = 1; k <= n; k++) check_names(before parts[k] behind)
}

function is_name(text) {
  if (text !~ /^[A-Za-z0-9_.*{},\/-]+$/) return 0
  if (text ~ /^(src|include|docs|examples|jobs|mpi_tests|cmake)\//) return 1
  return text ~ /[a-z_*}]\.(c|h|inc|sh|py|sbatch|cmake|md)$/
}

pass == 0 {
  exists[$0] = 1
  for (path = $0; ; ) {
    ending[path] = 1
    if (!sub(/^[^\/]*\//, "", path)) break
  }
  next
}
FNR == 1 { fenced = 0 }
/^ *```/ { fenced = !fenced; next }
fenced { next }
pass == 1 && sub(/^#+ +/, "") { headings[FILENAME, anchor_of($0)] = 1 }
pass == 2 {
  for (rest = $0; match(rest, /\]\([^) ]+\)/); ) {
    target = substr(rest, RSTART + 2, RLENGTH - 3)
    rest = substr(rest, RSTART + RLENGTH)
    check_link(target)
  }
  if (FILENAME == "CHANGELOG.md") next # names what was there
  for (rest = $0; match(rest, /`[^`]+`/); ) {
    name = substr(rest, RSTART + 1, RLENGTH - 2)
    rest = substr(rest, RSTART + RLENGTH)
    if (is_name(name)) check_names(name)
  }
}
