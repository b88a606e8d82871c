#!/usr/bin/env bash
# docs_links_hold.sh SOURCE: links between the Markdown pages of SOURCE lead to files and headings that exist. Source
# files and folders that the pages name (in backquotes) exist. Each page of docs/ begins with the readers whom it is for,
# and is listed in docs/README.md.
# shellcheck disable=SC2016 # the backquotes are of Markdown
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# check FOLDER: prints a line for each fault.
check() {
  local page pages
  cd "$1"
  find . \( -name .git -o -name 'build*' -o -name '*.run' \) -prune -o -print | sed 's,^\./,,' >"$scratch/files"
  mapfile -t pages < <(grep '\.md$' "$scratch/files" | sort)
  awk -f "$here/docs_links_hold.awk" "$scratch/files" pass=1 "${pages[@]}" pass=2 "${pages[@]}"
  for page in docs/*.md; do
    sed -n 3p "$page" | grep -q '^For ' || echo "$page:3: does not begin with 'For ...': whom is it for?"
    if [ "$page" != docs/README.md ] && ! grep -q "](${page#docs/})" docs/README.md; then
      echo "docs/README.md: does not list $page"
    fi
  done
}

# Three pages with seven faults: all must be found.
plant() {
  mkdir -p "$scratch/planted/docs"
  cd "$scratch/planted/docs"
  printf '# A\n\nFor nobody. %s\n' '[x](gone.md) [y](#gone) [z](B.md#gone) `docs/gone.c` `docs/{A,gone}.md`' >A.md
  printf '# B\n\nReaders.\n' >B.md
  printf '# Documents\n\nFor all: [A](A.md).\n\n```\n[no link](gone.md)\n```\n' >README.md
}

(plant)
found=$(check "$scratch/planted" | wc -l)
[ "$found" = 7 ] || { echo "of 7 planted faults $found were found" >&2; check "$scratch/planted" >&2; exit 1; }

faults=$(check "$1")
[ -z "$faults" ] || { echo "$faults" >&2; exit 1; }
