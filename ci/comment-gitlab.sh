#!/usr/bin/env bash
# Keeps one note on the merge request: writes it where there is something new, updates it, and never adds a second.
# Needs WHOWAITS_TOKEN, a project access token with the scope `api`; without one nothing is written.
set -euo pipefail

comment="$WHOWAITS_OUT/comment.md"
if [ ! -f "$comment" ] || [ -z "${WHOWAITS_TOKEN:-}" ] || [ -z "${CI_MERGE_REQUEST_IID:-}" ]; then exit 0; fi
notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"

ask() { curl --silent --show-error --fail --header @- "$@" <<< "PRIVATE-TOKEN: $WHOWAITS_TOKEN"; }

there="$(ask "$notes?per_page=100&order_by=created_at&sort=asc" | python3 -c '
import json, sys
mark = open(sys.argv[1], encoding="utf-8").readline().strip()
print(next((n["id"] for n in json.load(sys.stdin) if n["body"].startswith(mark)), ""))' "$comment")"

if [ -n "$there" ]; then
  ask --output /dev/null --request PUT "$notes/$there" --form "body=<$comment"
elif grep -q '^| where ' "$comment"; then # silent as long as there is nothing to say
  ask --output /dev/null --request POST "$notes" --form "body=<$comment"
fi
