# SPDX-License-Identifier: Apache-2.0
# Compiling a crate of bench/. Sourced after common.sh, not run.

. bench/made-of.sh

# make_crate SOURCE FOLDER: compiles what is in SOURCE into FOLDER/release, unless that has been done.
make_crate() {
  is_made "$2" "$1" bench/crate.sh && return
  build_crate "$1" "$2"
  note_made "$2" "$1" bench/crate.sh
}

# build_crate SOURCE FOLDER: the same in any case, with the crates of its Cargo.lock.
build_crate() {
  local source=$1 folder=$2 made=$2/source options crates=()
  install_packages gcc libc6-dev
  # Debian 12's is 1.65, which is enough: no Cargo.lock has a crate that asks for more than its compiler.
  command -v cargo >/dev/null || install_packages cargo

  # The lock file that is kept names no host: each crate with a checksum gets the name again by which cargo calls its
  # own registry, wherever that is fetched from.
  rm -rf "$made"
  mkdir -p "$made"
  cp -r "$source/Cargo.toml" "$source/src" "$made"
  sed '/^checksum/i source = "registry+https://github.com/rust-lang/crates.io-index"' \
    "$source/Cargo.lock" >"$made/Cargo.lock"

  options=(--manifest-path "$made/Cargo.toml" --locked)
  # Before 1.68, fetching crates one by one, and not with the index of all that there are, was to be asked for. Only the
  # fetching is: crates that look for unstable features must not find any.
  if ! printf 'cargo 1.68\n%s\n' "$(cargo --version)" | sort -C -V; then
    RUSTC_BOOTSTRAP=1 cargo -Z sparse-registry vendor "${options[@]}" "$folder/vendor" >"$folder/vendor.toml"
    crates=(--offline --config "$folder/vendor.toml")
  fi
  cargo build --quiet --release "${options[@]}" "${crates[@]}" --target-dir "$folder" >&2
}
