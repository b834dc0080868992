#!/usr/bin/env bash
# Push what `make refresh-patch` found as a branch, and open a pull request with build/refresh.md as its text.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -s build/refresh.patch ]; then
    echo "the tables are up to date"
    exit 0
fi
branch="refresh-$(date --utc +%Y-%m-%d)"
git switch --quiet --create "$branch"
git apply --index build/refresh.patch
git -c user.name="github-actions[bot]" -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
    commit --quiet --message "knowledge: refresh the tables of facts"
gh auth setup-git
git push --quiet --force origin "HEAD:refs/heads/$branch"
gh pr view "$branch" >/dev/null 2>&1 ||    # of an earlier run on this day
    gh pr create --head "$branch" --title "Refresh the tables of facts" --body-file build/refresh.md
