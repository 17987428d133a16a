#!/usr/bin/env bash
# Keeps one comment on the pull request: writes it where there is something new, updates it, and never adds a second.
set -euo pipefail

comment="$WHOWAITS_OUT/comment.md"
[ -f "$comment" ] || exit 0
mark="$(head -n 1 "$comment")"
there="$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$WHOWAITS_PULL/comments" \
  --jq ".[] | select(.body | startswith(\"$mark\")) | .id" | sed -n 1p)"

update() { gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$there" --field "body=@$comment"; }
write() { gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$WHOWAITS_PULL/comments" --field "body=@$comment"; }

if [ -n "$there" ] && update; then exit 0; fi # somebody else's comment cannot be updated
if grep -q '^| where ' "$comment"; then write; fi # silent as long as there is nothing to say
