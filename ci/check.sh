#!/usr/bin/env bash
# Runs `whowaits check` for a CI server and leaves comment.md, whowaits.sarif, gitlab.json and junit.xml in WHOWAITS_OUT.
# Everything comes in through WHOWAITS_* variables, so that no input is ever part of a command.
set -euo pipefail

mkdir -p "$WHOWAITS_OUT"
words=(
  --no-cache # a branch could bring a cache of its own
  --format "${WHOWAITS_ANNOTATIONS:-concise}"
  --format "markdown=$WHOWAITS_OUT/comment.md"
  --format "sarif=$WHOWAITS_OUT/whowaits.sarif"
  --format "gitlab=$WHOWAITS_OUT/gitlab.json"
  --format "junit=$WHOWAITS_OUT/junit.xml"
)
if [ -n "${WHOWAITS_BASELINE:-}" ]; then
  words+=("--baseline=$WHOWAITS_BASELINE")
elif [ -n "${WHOWAITS_DIFF_BASE:-}" ]; then
  # a shallow clone does not hold the commit that the branch left from
  if [ "$(git rev-parse --is-shallow-repository)" = true ]; then git fetch --quiet --unshallow; fi
  words+=("--diff-base=$WHOWAITS_DIFF_BASE")
fi
if [ -n "${WHOWAITS_FAIL_ON:-}" ]; then words+=("--fail-on=$WHOWAITS_FAIL_ON"); fi
if [ -n "${WHOWAITS_USAGE:-}" ]; then words+=("--usage=$WHOWAITS_USAGE"); fi
if [ -n "${WHOWAITS_MIN_SAVING:-}" ]; then words+=("--min-saving=$WHOWAITS_MIN_SAVING"); fi
if [ -n "${WHOWAITS_BUDGET:-}" ]; then words+=("--budget=$WHOWAITS_BUDGET"); fi

read -r -a paths <<< "${WHOWAITS_PATHS:-.}"
exec whowaits check "${words[@]}" -- "${paths[@]}"
