# SPDX-License-Identifier: Apache-2.0
# What a `build` of bench/ made its folder of, so that it does nothing where nothing has changed. Sourced after
# common.sh, not run. PATHs are files and folders, from the project's root.

sums_of() {
  (cd "$root" && find "$@" -type f -print0 | sort -z | xargs -0 sha256sum)
}

# is_made FOLDER PATH...: whether FOLDER was made of these, as they are now.
is_made() {
  [ "$(cat "$1/made-of" 2>/dev/null)" = "$(sums_of "${@:2}")" ]
}

# note_made FOLDER PATH...: says so, when all is made.
note_made() {
  sums_of "${@:2}" >"$1/made-of"
}
