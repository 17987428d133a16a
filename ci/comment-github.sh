#!/usr/bin/env bash
# Keeps one comment on the pull request: writes it where there is something new, updates it, and never adds a second.
# Where the token may not write (a pull request from a fork), it says so and fails nothing.
set -euo pipefail

comment="$WHOWAITS_OUT/comment.md"
[ -f "$comment" ] || exit 0
api="${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY/issues"

ask() { curl --silent --show-error --fail --header @- "$@" <<< "Authorization: Bearer $GH_TOKEN"; }
send() { ask --output /dev/null --request "$1" "$2" --data-binary "@$body"; }

body="$(mktemp)"
trap 'rm -f "$body"' EXIT
python3 -c '
import json, sys
print(json.dumps({"body": open(sys.argv[1], encoding="utf-8").read()}))' "$comment" > "$body"

marked() { # the comments that begin as ours does
  local page=1 found
  while [ -n "$page" ]; do
    found="$(ask "$api/$WHOWAITS_PULL/comments?per_page=100&page=$page")"
    python3 -c '
import json, sys
mark, comments = open(sys.argv[1], encoding="utf-8").readline().strip(), json.load(sys.stdin)
print(*(c["id"] for c in comments if c["body"].startswith(mark)), sep="\n")
sys.exit(len(comments) < 100)' "$comment" <<< "$found" && page=$((page + 1)) || page=""
  done
}

for there in $(marked); do
  if send PATCH "$api/comments/$there" 2> /dev/null; then exit 0; fi # that of somebody else cannot be updated
done
grep -q '^| where ' "$comment" || exit 0 # silent as long as there is nothing to say
send POST "$api/$WHOWAITS_PULL/comments" ||
  echo "::warning title=whowaits::no comment was written: the token may not (permission pull-requests: write)"
